/** What a backend does when it is opened and closed, when memory runs out, when a program fails, and beside others of its kind. */
package org.tenon.conformance.life;

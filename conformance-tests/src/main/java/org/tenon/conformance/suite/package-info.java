/** A suite, its runs, and what their results mean. */
package org.tenon.conformance.suite;

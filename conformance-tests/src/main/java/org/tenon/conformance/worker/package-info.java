/** The process that cases are run in. */
package org.tenon.conformance.worker;

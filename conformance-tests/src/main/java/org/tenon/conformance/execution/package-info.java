/** A whole execution of the suite, from a request to its report. */
package org.tenon.conformance.execution;

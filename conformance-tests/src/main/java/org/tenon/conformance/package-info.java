/** The conformance suite: {@link org.tenon.conformance.BackendConformance} is what a backend's author extends. */
package org.tenon.conformance;

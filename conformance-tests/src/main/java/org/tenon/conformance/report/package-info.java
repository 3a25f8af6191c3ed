/** Reports, for people and for scripts. */
package org.tenon.conformance.report;

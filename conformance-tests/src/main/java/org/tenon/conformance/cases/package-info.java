/** What is run: ops on given operands, written by a generator whose choices follow from each case's id. */
package org.tenon.conformance.cases;

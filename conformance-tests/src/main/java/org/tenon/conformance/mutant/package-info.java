/** Backends that are wrong on purpose, in one way each: the suite is tested by them. */
package org.tenon.conformance.mutant;

/** The meaning of every op in plain double precision, and how far off a backend may be. */
package org.tenon.conformance.oracle;

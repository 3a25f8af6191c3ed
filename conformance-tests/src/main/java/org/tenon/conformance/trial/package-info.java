/** How a case is run and judged. */
package org.tenon.conformance.trial;

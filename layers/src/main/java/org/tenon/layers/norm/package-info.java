/** Normalisation. */
package org.tenon.layers.norm;

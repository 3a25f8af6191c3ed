/** Rotary positions: which columns of a head turn, how fast, and how that changes beyond the context that a model was trained on. */
package org.tenon.layers.position;

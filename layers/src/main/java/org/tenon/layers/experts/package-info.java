/** Mixtures of experts: what a block does to each row by itself, each row by a few of many. */
package org.tenon.layers.experts;

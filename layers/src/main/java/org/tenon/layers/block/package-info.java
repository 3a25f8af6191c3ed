/** Blocks: the residual branches that a layer of a model is made of. */
package org.tenon.layers.block;

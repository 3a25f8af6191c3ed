/** Architectures made by hand: the builder, their plain tree, and random weights to begin with. */
package org.tenon.models.architecture;

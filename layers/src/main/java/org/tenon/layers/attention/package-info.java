/** Attention over the keys of a sequence. */
package org.tenon.layers.attention;

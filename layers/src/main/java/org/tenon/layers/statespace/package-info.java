/** State-space mixers: Mamba and Mamba-2, whose memory of a sequence doesn't grow with it. */
package org.tenon.layers.statespace;

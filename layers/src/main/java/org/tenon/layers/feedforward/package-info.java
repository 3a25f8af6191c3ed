/** Feed-forward layers: what a block does to each row by itself. */
package org.tenon.layers.feedforward;

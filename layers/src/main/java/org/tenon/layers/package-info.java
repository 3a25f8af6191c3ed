/** The layers of Tenon, each a record that says what it is, a provider, and the layer itself. {@link org.tenon.layers.Layers} names them. */
package org.tenon.layers;

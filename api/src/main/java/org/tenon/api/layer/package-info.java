/**
 * Layers: a record that says what a layer is, a declaration of what it needs, and a pure function of symbolic tensors. Plugins add
 * layers with a {@link org.tenon.api.layer.LayerProvider}.
 */
package org.tenon.api.layer;

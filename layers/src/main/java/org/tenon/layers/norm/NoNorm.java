package org.tenon.layers.norm;

import org.tenon.api.layer.LayerSpec;

/** No normalisation: rows come out as they went in. For a stack whose last block ends with a norm of its own, as post-norm blocks do. */
public record NoNorm() implements LayerSpec {}

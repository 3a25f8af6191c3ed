package org.tenon.api.layer;

/**
 * What a layer is, as a value: a record of its dimensions and choices, with the specs of its parts. It can be printed, compared, saved and
 * loaded; a {@link LayerProvider} turns it into a {@link Layer}. The set is open.
 */
public interface LayerSpec {}

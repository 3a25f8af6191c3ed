package org.tenon.api.layer;

/**
 * A handle of what a layer keeps for each sequence, at one site of the model.
 *
 * @param site where it is declared, {@code layers.3.mixer.keys}
 * @param kept what is kept
 */
public record Memory(String site, LayerMemory kept) {}

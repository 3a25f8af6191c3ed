package org.tenon.api.layer;

import java.util.function.BiFunction;
import org.tenon.api.config.Config;

/**
 * The name of a kind of layer, its class, and its codec to and from a plain tree.
 *
 * @param name unique, {@code tenon/attention} or {@code acme/hyena}
 * @param type the record's class
 * @param write makes the tree; parts are written by the codec given
 * @param read reads the tree; parts are read by the codec given
 * @param <S> the record
 */
public record SpecType<S extends LayerSpec>(
        String name, Class<S> type, BiFunction<S, SpecCodec, Config> write, BiFunction<Config, SpecCodec, S> read) {}

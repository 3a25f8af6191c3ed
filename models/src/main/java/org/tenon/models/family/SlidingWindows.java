package org.tenon.models.family;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.tenon.api.InvalidConfig;
import org.tenon.api.config.Config;

/** Which layers see only the last keys, as {@code config.json} says it. A window of n keys has the query's own among them. */
interface SlidingWindows {
    /** The key that holds the size of every window. */
    String SIZE = "sliding_window";

    /** The key that names the kind of each layer. */
    String TYPES = "layer_types";

    /** A layer that sees the last keys. */
    String SLIDING = "sliding_attention";

    /** A layer that sees all keys. */
    String FULL = "full_attention";

    /** The window of each layer; nothing for all keys. */
    List<OptionalInt> read(Config config, int layers);

    /** Adds what {@link #read} reads: as far as it can be said, no further. */
    Config write(Config config, List<OptionalInt> windows);

    /** The window that a file gives: what the family has where it says nothing, none where it says null. */
    private static OptionalInt size(Config config, OptionalInt otherwise) {
        if (!config.keys().contains(SIZE)) {
            return otherwise;
        }
        return config.optional(SIZE).stream()
                .mapToInt(value -> (int) value.asWhole(1, Integer.MAX_VALUE))
                .findFirst();
    }

    /** The windows of the layers that {@code layer_types} names; nothing where the file has no such list. */
    private static Optional<List<OptionalInt>> named(Config config, int layers, OptionalInt size, String withoutSize) {
        return config.optional(TYPES).map(types -> {
            List<Config> named = types.asList();
            if (named.size() != layers) {
                throw types.invalid("a list of " + layers + ", one for each of num_hidden_layers");
            }
            return named.stream().map(type -> window(type, size, withoutSize)).toList();
        });
    }

    private static OptionalInt window(Config type, OptionalInt size, String withoutSize) {
        return switch (type.asText()) {
            case FULL -> OptionalInt.empty();
            case SLIDING -> {
                if (size.isEmpty()) {
                    throw type.invalid(withoutSize);
                }
                yield size;
            }
            default -> throw type.invalid("a kind of layer that this family has: " + FULL + " or " + SLIDING);
        };
    }

    private static List<String> types(List<OptionalInt> windows) {
        return windows.stream()
                .map(window -> window.isPresent() ? SLIDING : FULL)
                .toList();
    }

    /** No windows, whatever the file says (Llama). */
    record None() implements SlidingWindows {
        @Override
        public List<OptionalInt> read(Config config, int layers) {
            return Collections.nCopies(layers, OptionalInt.empty());
        }

        @Override
        public Config write(Config config, List<OptionalInt> windows) {
            return config;
        }
    }

    /**
     * The same for all layers (Mistral).
     *
     * @param otherwise the window where the file doesn't say
     */
    record Everywhere(OptionalInt otherwise) implements SlidingWindows {
        @Override
        public List<OptionalInt> read(Config config, int layers) {
            return Collections.nCopies(layers, size(config, otherwise));
        }

        @Override
        public Config write(Config config, List<OptionalInt> windows) {
            OptionalInt first = windows.getFirst();
            return config.with(SIZE, first.isPresent() ? first.getAsInt() : Config.nothing());
        }
    }

    /**
     * None unless {@code use_sliding_window}; then in the layers that {@code layer_types} names, or from {@code max_window_layers} on
     * (Qwen2, Qwen3).
     */
    record ByLayer() implements SlidingWindows {
        private static final OptionalInt DEFAULT_SIZE = OptionalInt.of(4096);
        private static final int DEFAULT_FIRST = 28;
        private static final String USED = "use_sliding_window";
        private static final String FIRST = "max_window_layers";

        @Override
        public List<OptionalInt> read(Config config, int layers) {
            OptionalInt size = config.flag(USED, false) ? size(config, DEFAULT_SIZE) : OptionalInt.empty();
            Optional<List<OptionalInt>> named =
                    named(config, layers, size, FULL + " where " + USED + " is false or " + SIZE + " is null");
            if (named.isPresent()) {
                return named.get();
            }
            long first = config.optional(FIRST)
                    .map(value -> value.asWhole(0, Integer.MAX_VALUE))
                    .orElse((long) DEFAULT_FIRST);
            return IntStream.range(0, layers)
                    .mapToObj(i -> i >= first ? size : OptionalInt.empty())
                    .toList();
        }

        @Override
        public Config write(Config config, List<OptionalInt> windows) {
            Optional<OptionalInt> size =
                    windows.stream().filter(OptionalInt::isPresent).findFirst();
            return config.with(USED, size.isPresent())
                    .with(SIZE, size.isPresent() ? size.get().getAsInt() : Config.nothing())
                    .with(FIRST, size.map(windows::indexOf).orElse(windows.size()))
                    .with(TYPES, types(windows));
        }
    }

    /**
     * In the layers that {@code layer_types} names; where it is missing in the first layer, the third and so on (Gemma 2).
     *
     * @param otherwise the window where the file doesn't say
     */
    record Alternating(int otherwise) implements SlidingWindows {
        @Override
        public List<OptionalInt> read(Config config, int layers) {
            OptionalInt size = size(config, OptionalInt.of(otherwise));
            return named(config, layers, size, FULL + " where " + SIZE + " is null")
                    .orElseGet(() -> {
                        if (size.isEmpty()) {
                            throw new InvalidConfig(
                                    config.source(),
                                    SIZE,
                                    "a number, or " + TYPES + " given without " + SLIDING,
                                    "null");
                        }
                        return IntStream.range(0, layers)
                                .mapToObj(i -> i % 2 == 0 ? size : OptionalInt.empty())
                                .toList();
                    });
        }

        @Override
        public Config write(Config config, List<OptionalInt> windows) {
            Optional<OptionalInt> size =
                    windows.stream().filter(OptionalInt::isPresent).findFirst();
            Config sized = size.isPresent() ? config.with(SIZE, size.get().getAsInt()) : config;
            return sized.with(TYPES, types(windows));
        }
    }
}

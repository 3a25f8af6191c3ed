package org.tenon.models.checkpoint;

import java.nio.file.Path;
import java.util.List;

/**
 * A tensor as its file describes it.
 *
 * @param name its name in the file
 * @param type the type of its elements
 * @param sizes its dimensions, outermost first: any number of them, none for a scalar
 * @param offset where its bytes begin in the file
 * @param bytes how many they are
 * @param file the file
 */
public record StoredTensor(String name, SafetensorsType type, List<Long> sizes, long offset, long bytes, Path file) {
    /**
     * Copies the sizes.
     *
     * @param name its name in the file
     * @param type the type of its elements
     * @param sizes its dimensions
     * @param offset where its bytes begin in the file
     * @param bytes how many they are
     * @param file the file
     */
    public StoredTensor {
        sizes = List.copyOf(sizes);
    }

    /** {@return the number of elements} */
    public long elements() {
        return sizes.stream().reduce(1L, Math::multiplyExact);
    }
}

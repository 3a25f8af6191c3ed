package com.example.retention;

import java.util.List;
import java.util.stream.IntStream;
import org.tenon.api.layer.LayerSpec;

/**
 * Multi-scale retention with a gate (Sun et al. 2023, <a href="https://arxiv.org/abs/2307.08621">arXiv:2307.08621</a>, section 2.2), without the
 * rotation of queries and keys: each head forgets at a pace of its own, and no softmax is taken.
 *
 * @param heads how many heads, which divide the width of the rows
 */
public record Retention(int heads) implements LayerSpec {
    /** {@return what each head keeps of a value from one position to the next: 1 - 2^(-5 - h)} */
    List<Double> decays() {
        return IntStream.range(0, heads)
                .mapToObj(head -> 1 - Math.pow(2, -5.0 - head))
                .toList();
    }
}

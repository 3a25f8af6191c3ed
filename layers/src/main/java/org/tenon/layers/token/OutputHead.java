package org.tenon.layers.token;

import java.util.List;
import org.tenon.api.layer.LayerSpec;

/**
 * A head of several layers, one after another and without residuals, such as a transformation, a norm and a matrix. All layers but the last keep
 * the width of the rows.
 *
 * @param parts the layers in order
 * @param firstRow whether it is applied to the first row of a sequence alone, as BERT's pooler is, rather than to any row
 */
public record OutputHead(List<Part> parts, boolean firstRow) implements LayerSpec {
    /**
     * Copies the list.
     *
     * @param parts the layers in order
     * @param firstRow whether it is applied to the first row of a sequence alone
     */
    public OutputHead {
        parts = List.copyOf(parts);
    }

    /**
     * A layer of a head.
     *
     * @param name what it is called in its head
     * @param layer the layer
     */
    public record Part(String name, LayerSpec layer) {}

    /**
     * A head that any row can be put through.
     *
     * @param parts the layers in order
     * @return the head
     */
    public static OutputHead ofRows(Part... parts) {
        return new OutputHead(List.of(parts), false);
    }

    /**
     * A head for the first row of a sequence.
     *
     * @param parts the layers in order
     * @return the head
     */
    public static OutputHead ofFirstRow(Part... parts) {
        return new OutputHead(List.of(parts), true);
    }
}

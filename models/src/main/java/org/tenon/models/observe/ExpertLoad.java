package org.tenon.models.observe;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tenon.api.model.RoutingListener;

/**
 * How many rows each expert of each layer got, summed over steps. It is attached with {@link org.tenon.api.model.CausalModel#routing}.
 * Thread-safe.
 */
public final class ExpertLoad implements RoutingListener {
    private final Map<String, long[]> sums = new LinkedHashMap<>();

    /** A load of nothing yet. */
    public ExpertLoad() {}

    @Override
    public synchronized void routed(String layer, int[] rows) {
        long[] sum = sums.computeIfAbsent(layer, _ -> new long[rows.length]);
        for (int i = 0; i < rows.length; i++) {
            sum[i] += rows[i];
        }
    }

    /** {@return the rows that each expert got so far, by the path of the layer and in the order of the layers} */
    public synchronized Map<String, List<Long>> rows() {
        Map<String, List<Long>> rows = new LinkedHashMap<>();
        sums.forEach((layer, sum) -> rows.put(layer, Arrays.stream(sum).boxed().toList()));
        return rows;
    }
}

package org.tenon.models.assembly;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.tenon.api.backend.Queue;
import org.tenon.api.model.RoutingListener;
import org.tenon.api.program.Runner;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;

/**
 * Where the routers of a network send rows. Nothing is read while nobody listens. Listeners come and go on any thread, all else happens on
 * the one that runs the network.
 */
final class Routings {
    private static final System.Logger LOGGER = System.getLogger(Routings.class.getName());

    private final List<RoutingListener> listeners = new CopyOnWriteArrayList<>();
    private final List<Place> places;
    private final MemorySegment host;

    /**
     * What a layer told of its router.
     *
     * @param layer the layer's path
     * @param ids I32 {@code [rows, chosen]}: the experts of each row, negative for none
     * @param experts how many there are
     */
    record Routing(String layer, Tensor ids, int experts) {}

    private record Place(String layer, Buffer ids, List<int[]> counts) {
        int[] rows() {
            return counts.getFirst();
        }
    }

    Routings(List<Routing> routings, Runner runner, StepShape largest, Arena arena) {
        places = routings.stream()
                .map(routing ->
                        new Place(routing.layer(), runner.place(routing.ids()), List.of(new int[routing.experts()])))
                .toList();
        long bytes = routings.stream()
                .mapToLong(routing -> routing.ids().spec().bytes(largest))
                .max()
                .orElse(0);
        host = arena.allocate(Math.max(Integer.BYTES, bytes), Integer.BYTES);
    }

    void add(RoutingListener listener) {
        listeners.add(listener);
    }

    void remove(RoutingListener listener) {
        listeners.remove(listener);
    }

    /** Tells listeners of a step that is done. */
    void tell(Queue queue, StepShape step) {
        if (listeners.isEmpty()) {
            return;
        }
        for (Place place : places) {
            count(place, queue, step);
            listeners.removeIf(listener -> !told(listener, place));
        }
    }

    /** Whether a listener took it. */
    private static boolean told(RoutingListener listener, Place place) {
        try {
            listener.routed(place.layer(), place.rows());
            return true;
        } catch (RuntimeException failure) {
            LOGGER.log(System.Logger.Level.WARNING, "a listener failed and is detached", failure);
            return false;
        }
    }

    private void count(Place place, Queue queue, StepShape step) {
        long bytes = place.ids().spec().bytes(step);
        queue.download(place.ids().storage(), place.ids().offset(), host, bytes);
        Arrays.fill(place.rows(), 0);
        for (long at = 0; at < bytes; at += Integer.BYTES) {
            int expert = host.get(ValueLayout.JAVA_INT, at);
            if (expert >= 0) {
                place.rows()[expert]++;
            }
        }
    }
}

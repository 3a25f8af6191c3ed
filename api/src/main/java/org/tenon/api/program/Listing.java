package org.tenon.api.program;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.tenon.api.backend.Lookup;

/** Programs as text, an op a line. */
final class Listing {
    private Listing() {}

    /** The ops of a program that no backend has seen. */
    static String of(List<Node> nodes) {
        return of(nodes, Listing::line);
    }

    /** The kernels of a program on a backend. */
    static String of(List<Node> nodes, Map<Node.Call<?, ?>, Lookup.Native<?>> kernels) {
        return of(
                nodes,
                call -> Kernel.of(
                                call, Objects.requireNonNull(kernels.get(call)).variant())
                        .toString());
    }

    private static String of(List<Node> nodes, Function<Node.Call<?, ?>, String> line) {
        StringBuilder text = new StringBuilder();
        list(nodes, line, "", text);
        return text.toString();
    }

    private static void list(
            List<Node> nodes, Function<Node.Call<?, ?>, String> line, String indent, StringBuilder text) {
        for (Node node : nodes) {
            switch (node) {
                case Node.Call<?, ?> call ->
                    text.append(indent).append(line.apply(call)).append('\n');
                case Node.Loop loop -> {
                    text.append(indent).append("loop ").append(loop.turns()).append('\n');
                    list(loop.body(), line, indent + "  ", text);
                }
            }
        }
    }

    static String line(Node.Call<?, ?> call) {
        return Kernel.of(call, "").toString();
    }
}

package org.tenon.api.program;

import java.util.List;

/** Programs as text, an op a line. */
final class Listing {
    private Listing() {}

    static String of(List<Node> nodes) {
        StringBuilder text = new StringBuilder();
        list(nodes, "", text);
        return text.toString();
    }

    private static void list(List<Node> nodes, String indent, StringBuilder text) {
        for (Node node : nodes) {
            switch (node) {
                case Node.Call<?, ?> call ->
                    text.append(indent).append(line(call)).append('\n');
                case Node.Loop loop -> {
                    text.append(indent).append("loop ").append(loop.turns()).append('\n');
                    list(loop.body(), indent + "  ", text);
                }
            }
        }
    }

    static String line(Node.Call<?, ?> call) {
        return Kernel.of(call).toString();
    }
}

package org.tenon.api.program;

import java.util.List;
import java.util.StringJoiner;
import org.tenon.api.op.Roles;
import org.tenon.api.tensor.Tensor;

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
        StringJoiner operands = new StringJoiner(", ", "(", ")");
        call.in().map(new Roles<Tensor, Tensor>() {
            @Override
            public Tensor take(Role role, String name, Tensor operand) {
                operands.add(name + " " + operand.spec());
                return operand;
            }
        });
        StringJoiner results = new StringJoiner(", ");
        call.out().forEach(out -> results.add(out.spec().toString()));
        return call.op() + operands.toString() + (call.out().isEmpty() ? "" : " -> " + results);
    }
}

package org.tenon.cli.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import org.tenon.api.config.Config;
import org.tenon.api.layer.SpecCodec;
import org.tenon.cli.console.Table;
import org.tenon.models.assembly.Blueprint;
import org.tenon.models.assembly.LayerNode;

/** The layers of an architecture as a table; equal layers in a row share their lines. */
final class Layout {
    private static final String TYPE = "type";

    private final SpecCodec codec;
    private final Table table = Table.of("llrl").row("part", "kind", "parameters", "settings");

    Layout(SpecCodec codec) {
        this.codec = codec;
    }

    Table of(Blueprint blueprint) {
        for (Blueprint.Stack stack : blueprint.stacks()) {
            add(stack.embedding(), stack.embedding().path(), 0);
            for (Run run : runs(stack.layers())) {
                add(run.first(), run.path(), 0);
            }
            add(stack.norm(), stack.norm().path(), 0);
        }
        blueprint.heads().values().forEach(head -> add(head, head.path(), 0));
        return table;
    }

    /** Layers that are the same, one after another. */
    private record Run(LayerNode<?> first, LayerNode<?> last) {
        String path() {
            String number = last.path().substring(last.path().lastIndexOf('.') + 1);
            return first.path().equals(last.path()) ? first.path() : first.path() + "-" + number;
        }
    }

    private static List<Run> runs(List<LayerNode<?>> layers) {
        List<Run> runs = new ArrayList<>();
        for (LayerNode<?> layer : layers) {
            if (!runs.isEmpty() && runs.getLast().first().spec().equals(layer.spec())) {
                runs.set(runs.size() - 1, new Run(runs.getLast().first(), layer));
            } else {
                runs.add(new Run(layer, layer));
            }
        }
        return runs;
    }

    private void add(LayerNode<?> node, String name, int depth) {
        Config tree = codec.write(node.spec());
        long parameters = parameters(node);
        table.row(
                "  ".repeat(depth) + name,
                tree.text(TYPE),
                parameters == 0 ? "" : String.format(Locale.ROOT, "%,d", parameters),
                settings(node, tree));
        node.children().forEach((child, inside) -> add(inside, child, depth + 1));
    }

    /** The numbers in a layer's own parameters; what is shared counts where it is declared. */
    static long parameters(LayerNode<?> node) {
        return node.declaration().parameters().values().stream()
                .mapToLong(parameter -> parameter.shape().elements())
                .sum();
    }

    private String settings(LayerNode<?> node, Config tree) {
        List<Config> inside = node.children().values().stream()
                .map(child -> codec.write(child.spec()))
                .toList();
        StringJoiner settings = new StringJoiner(", ");
        tree.keys().stream()
                .filter(key -> !key.equals(TYPE) && !inside.contains(tree.child(key)))
                .forEach(key -> gather(key, tree.child(key), settings));
        String said = settings.toString();
        node.declaration().shared().values().stream()
                .filter(where -> !said.contains(where))
                .forEach(where -> settings.add("shares " + where));
        return settings.toString();
    }

    private static void gather(String name, Config value, StringJoiner settings) {
        switch (value.kind()) {
            case OBJECT -> value.keys().forEach(key -> gather(name + "." + key, value.child(key), settings));
            case LIST -> {
                // Lists of objects hold layers, which have lines of their own.
                if (value.asList().stream().noneMatch(item -> item.kind() == Config.Kind.OBJECT)) {
                    settings.add(name + " " + value.asList().size() + " values");
                }
            }
            case FLAG -> settings.add(value.asFlag() ? name : "no " + name);
            case NUMBER -> settings.add(name + " " + number(value.asNumber()));
            case TEXT -> settings.add(name + " " + value.asText());
            case NULL -> {}
        }
    }

    /** As people write it: {@code 500000} and {@code 1e-5}. */
    private static String number(Number number) {
        return number.toString().replaceFirst("\\.0($|E)", "$1").replace('E', 'e');
    }
}

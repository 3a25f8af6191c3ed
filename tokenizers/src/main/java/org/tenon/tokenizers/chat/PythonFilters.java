package org.tenon.tokenizers.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.Filter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Filters that behave as in Jinja2 and Transformers, in the place of Jinjava's own. */
final class PythonFilters {
    /** Prints a value. */
    static final String TEXT = "tenon_text";
    /** Judges a value. */
    static final String TRUTH = "tenon_truth";
    /** What a loop goes over. */
    static final String ITEMS = "tenon_items";

    /** Checks what is added. */
    static final String SUMMAND = "tenon_summand";

    /** Jinjava's own filters that agree with Jinja2's on plain values. */
    private static final Set<String> JINJAVA_FILTERS = Set.of(
            "join",
            "map",
            "select",
            "reject",
            "selectattr",
            "rejectattr",
            "int",
            "float",
            "unique",
            "sort",
            "reverse",
            "first",
            "last",
            "dictsort",
            "abs",
            "round",
            "indent");

    private PythonFilters() {}

    /** Refuses a filter that isn't there: Jinjava would take its result for nothing. */
    static void check(String name) {
        boolean ours = all().stream().anyMatch(filter -> filter.getName().equals(name));
        if (!ours && !JINJAVA_FILTERS.contains(name)) {
            throw new TemplateException("the chat template uses the filter '" + name + "', which is not supported");
        }
    }

    static List<Filter> all() {
        return List.of(
                new Named(TEXT, (value, _) -> PythonText.str(value)),
                new Named(TRUTH, (value, _) -> isTrue(value)),
                new Named(ITEMS, (value, _) -> loopItems(value)),
                new Named(SUMMAND, (value, _) -> summand(value)),
                new Named("tojson", (value, arguments) -> PythonText.json(value, indent(arguments))),
                new Named(
                        "trim",
                        (value, arguments) ->
                                PythonStrings.strip(PythonText.str(value), arguments.at(0, "chars"), true, true)),
                new Named("string", (value, _) -> PythonText.str(value)),
                new Named("safe", (value, _) -> value),
                new Named("length", (value, _) -> length(value)),
                new Named("count", (value, _) -> length(value)),
                new Named("list", (value, _) -> loopItems(value)),
                new Named("items", (value, _) -> value instanceof Map<?, ?> map ? items(map) : List.of()),
                new Named("upper", (value, _) -> method(value, "upper")),
                new Named("lower", (value, _) -> method(value, "lower")),
                new Named("title", (value, _) -> method(value, "title")),
                new Named("capitalize", (value, _) -> method(value, "capitalize")),
                new Named(
                        "replace",
                        (value, arguments) -> PythonStrings.replace(
                                PythonText.str(value),
                                PythonText.str(arguments.at(0, "old")),
                                PythonText.str(arguments.at(1, "new")))),
                new Named("default", PythonFilters::orDefault),
                new Named("d", PythonFilters::orDefault));
    }

    /** A mapping's entries as pairs. */
    static List<List<@Nullable Object>> items(Map<?, ?> map) {
        List<List<@Nullable Object>> items = new ArrayList<>();
        map.forEach((key, value) -> {
            List<@Nullable Object> pair = new ArrayList<>();
            pair.add(key);
            pair.add(value);
            items.add(pair);
        });
        return items;
    }

    private static Object method(@Nullable Object value, String name) {
        return PythonStrings.call(PythonText.str(value), name, List.of()).orElseThrow();
    }

    private static boolean isTrue(@Nullable Object value) {
        return switch (value) {
            case null -> false;
            case Boolean bool -> bool;
            case Number number -> number.doubleValue() != 0;
            case String string -> !string.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            case Iterable<?> items -> items.iterator().hasNext();
            default -> true;
        };
    }

    private static Object loopItems(@Nullable Object value) {
        return switch (value) {
            case null -> List.of();
            case String string ->
                string.codePoints().mapToObj(Character::toString).toList();
            case Map<?, ?> map -> new ArrayList<>(map.keySet());
            case Iterable<?> items -> {
                List<@Nullable Object> list = new ArrayList<>();
                items.forEach(list::add);
                yield list;
            }
            default -> throw new TemplateException("the chat template loops over " + PythonText.repr(value));
        };
    }

    private static Object summand(@Nullable Object value) {
        if (value == null) {
            throw new TemplateException("the chat template adds something that isn't there or is none");
        }
        return value;
    }

    private static long length(@Nullable Object value) {
        return switch (value) {
            case null -> 0;
            case String string -> string.codePointCount(0, string.length());
            case Map<?, ?> map -> map.size();
            case List<?> list -> list.size();
            default ->
                throw new TemplateException("the chat template asks for the length of " + PythonText.repr(value));
        };
    }

    private static @Nullable Object orDefault(@Nullable Object value, Arguments arguments) {
        boolean judged = isTrue(arguments.at(1, "boolean"));
        boolean missing = judged ? !isTrue(value) : value == null;
        return missing ? arguments.at(0, "default_value") : value;
    }

    private static int indent(Arguments arguments) {
        return arguments.at(1, "indent") instanceof Number number ? Math.clamp(number.longValue(), -1, 16) : -1;
    }

    /** What a filter does. */
    private interface Body {
        @Nullable Object apply(@Nullable Object value, Arguments arguments);
    }

    /** What a filter is given besides the value. */
    private record Arguments(List<Object> positional, Map<String, Object> named) {
        @Nullable Object at(int place, String name) {
            return place < positional.size() ? positional.get(place) : named.get(name);
        }
    }

    private record Named(String name, Body body) implements Filter {
        @Override
        public String getName() {
            return name;
        }

        @Override
        public @Nullable Object filter(
                @Nullable Object value,
                JinjavaInterpreter interpreter,
                Object[] positional,
                Map<String, Object> named) {
            return body.apply(value, new Arguments(Arrays.asList(positional), named));
        }

        @Override
        public @Nullable Object filter(@Nullable Object value, JinjavaInterpreter interpreter, String... positional) {
            return body.apply(value, new Arguments(List.of((Object[]) positional), Map.of()));
        }
    }
}

package org.tenon.tokenizers.chat;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.exptest.ExpTest;
import com.hubspot.jinjava.lib.filter.Filter;
import com.hubspot.jinjava.util.ForLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import jinjava.javax.el.ELContext;
import jinjava.javax.el.ELException;
import jinjava.javax.el.MapELResolver;
import org.jspecify.annotations.Nullable;

/**
 * What a template can do with a value: the items and methods of plain Python values, and nothing else. No Java method or field
 * is reached by name, so that a template can't get hold of anything beyond its variables. (Of the resolver that it extends only
 * the description of its features is left, which would need the module java.desktop.)
 */
final class PythonResolver extends MapELResolver {

    @Override
    public @Nullable Object getValue(ELContext context, @Nullable Object base, Object property) {
        if (base == null) {
            return null;
        }
        context.setPropertyResolved(true);
        return switch (base) {
            case Map<?, ?> map -> map.get(property.toString());
            case List<?> list -> item(list, property);
            case String string -> character(string, property);
            case ForLoop loop -> loopProperty(loop, property.toString());
            default -> null;
        };
    }

    private static @Nullable Object item(List<?> list, Object property) {
        int index = index(property, list.size());
        return index < 0 ? null : list.get(index);
    }

    private static @Nullable Object character(String string, Object property) {
        int[] characters = string.codePoints().toArray();
        int index = index(property, characters.length);
        return index < 0 ? null : Character.toString(characters[index]);
    }

    /** The place that an index means, counted from the end where it is negative; -1 where there is none. */
    private static int index(Object property, int size) {
        try {
            int index = Integer.parseInt(property.toString());
            int place = index < 0 ? index + size : index;
            return place < size ? Math.max(place, -1) : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static Object loopProperty(ForLoop loop, String name) {
        long index0 = loop.getIndex0();
        long length = loop.getLength();
        return switch (name) {
            case "index" -> index0 + 1;
            case "index0" -> index0;
            case "revindex" -> length - index0;
            case "revindex0" -> length - index0 - 1;
            case "first" -> index0 == 0;
            case "last" -> index0 == length - 1;
            case "length" -> length;
            default -> throw new ELException("loop." + name + " is not supported");
        };
    }

    @Override
    public @Nullable Object invoke(
            ELContext context,
            @Nullable Object base,
            Object method,
            Class<?> @Nullable [] types,
            @Nullable Object @Nullable [] parameters) {
        context.setPropertyResolved(true);
        List<@Nullable Object> arguments = parameters == null ? List.of() : Arrays.asList(parameters);
        String name = method.toString();
        return switch (base) {
            case Filter filter when name.equals("filter") -> filtered(filter, arguments);
            case ExpTest test -> tested(test, name.equals("evaluateNegated"), arguments);
            case String string when name.equals(Expressions.SLICE) -> slice(string, arguments);
            case String string ->
                PythonStrings.call(string, name, arguments)
                        .orElseThrow(() -> new ELException("strings have no method '" + name + "' here"));
            case Map<?, ?> map -> mapMethod(map, name, arguments);
            case List<?> list when name.equals(Expressions.SLICE) -> slice(list, arguments);
            case List<?> list when name.equals("index") -> (long) list.indexOf(arguments.getFirst());
            case List<?> list when name.equals("count") -> (long) Collections.frequency(list, arguments.getFirst());
            case null, default -> throw new ELException("there is no method '" + name + "' here");
        };
    }

    @SuppressWarnings("unchecked")
    private static @Nullable Object filtered(Filter filter, List<@Nullable Object> arguments) {
        PythonFilters.check(filter.getName());
        return filter.filter(arguments.get(0), (JinjavaInterpreter) arguments.get(1), (Object[]) arguments.get(2), (Map<
                        String, Object>)
                arguments.get(3));
    }

    private static boolean tested(ExpTest test, boolean negated, List<@Nullable Object> arguments) {
        Object[] rest = arguments.subList(2, arguments.size()).toArray();
        boolean result = test.evaluate(arguments.get(0), (JinjavaInterpreter) arguments.get(1), rest);
        return result != negated;
    }

    private static @Nullable Object mapMethod(Map<?, ?> map, String name, List<@Nullable Object> arguments) {
        return switch (name) {
            case "items" -> PythonFilters.items(map);
            case "keys" -> new ArrayList<>(map.keySet());
            case "values" -> new ArrayList<>(map.values());
            case "get" -> {
                Object found = map.get(PythonText.str(arguments.getFirst()));
                yield found != null || arguments.size() < 2 ? found : arguments.get(1);
            }
            default -> throw new ELException("mappings have no method '" + name + "' here");
        };
    }

    private static String slice(String string, List<@Nullable Object> arguments) {
        List<Object> characters = new ArrayList<>(
                string.codePoints().mapToObj(Character::toString).toList());
        StringBuilder result = new StringBuilder();
        slice(characters, arguments).forEach(result::append);
        return result.toString();
    }

    /** Python's {@code sequence[start:stop:step]}. */
    private static List<Object> slice(List<?> list, List<@Nullable Object> arguments) {
        long size = list.size();
        long step = number(arguments.get(2), 1);
        if (step == 0) {
            throw new ELException("a slice with a step of 0");
        }
        long lowest = step > 0 ? 0 : -1;
        long highest = step > 0 ? size : size - 1;
        long start = bound(arguments.get(0), step > 0 ? lowest : highest, size, lowest, highest);
        long stop = bound(arguments.get(1), step > 0 ? highest : lowest, size, lowest, highest);
        List<Object> result = new ArrayList<>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
            result.add(list.get((int) i));
        }
        return result;
    }

    private static long bound(@Nullable Object value, long otherwise, long size, long lowest, long highest) {
        if (value == null) {
            return otherwise;
        }
        long bound = number(value, 0);
        return Math.clamp(bound < 0 ? bound + size : bound, lowest, highest);
    }

    private static long number(@Nullable Object value, long otherwise) {
        return switch (value) {
            case null -> otherwise;
            case Number number -> Math.clamp(number.longValue(), Integer.MIN_VALUE, Integer.MAX_VALUE);
            default -> throw new ELException("a slice whose bounds are no numbers");
        };
    }

    @Override
    public void setValue(ELContext context, Object base, Object property, Object value) {
        throw new ELException("nothing can be set here");
    }

    @Override
    public boolean isReadOnly(ELContext context, Object base, Object property) {
        return true;
    }

    @Override
    public Class<?> getType(ELContext context, Object base, Object property) {
        return Object.class;
    }

    @Override
    public Class<?> getCommonPropertyType(ELContext context, Object base) {
        return Object.class;
    }
}

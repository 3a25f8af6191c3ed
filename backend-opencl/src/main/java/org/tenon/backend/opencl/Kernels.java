package org.tenon.backend.opencl;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tenon.api.tensor.DType;
import org.tenon.backend.opencl.ffi.BinaryCache;
import org.tenon.backend.opencl.ffi.ClContext;
import org.tenon.backend.opencl.ffi.ClProgram;

/** The programs of {@code kernels/*.cl}, compiled when a kernel of theirs is first bound. Used from one thread at a time. */
final class Kernels implements AutoCloseable {
    /** The types that kernels compute with, in the order of their numbers in {@code linear.cl}. */
    static final List<DType> FLOATS = List.of(DType.F32, DType.F16, DType.BF16);

    /** Work-items of a work-group on a GPU. */
    static final int GROUP = 64;

    /** Work-items for each compute unit of a processor, so that none waits long for the last. */
    private static final int ITEMS = 4;

    private static final String FOLDER = "kernels/";
    private static final Pattern INCLUDE = Pattern.compile("(?m)^#include \"(.*)\"\n");
    private static final String STANDARD = "-cl-std=CL1.2";

    private final ClContext context;
    private final BinaryCache cache;
    private final int units;
    private final boolean processor;
    private final Map<String, ClProgram> programs = new HashMap<>();

    /**
     * Compiles nothing.
     *
     * @param context the device
     * @param cache keeps what was compiled
     * @param units how many parts of the device compute side by side
     * @param processor whether a work-group is one item that does much, rather than many that do little
     */
    Kernels(ClContext context, BinaryCache cache, int units, boolean processor) {
        this.context = context;
        this.cache = cache;
        this.units = units;
        this.processor = processor;
    }

    /** {@return the most work-items that a launch on a processor has} */
    long mostItems() {
        return (long) ITEMS * units;
    }

    boolean processor() {
        return processor;
    }

    /**
     * A launch to be given its arguments.
     *
     * @param file the program's file, without {@code .cl}
     * @param function the kernel's name
     * @param types the types that the program is compiled for, by the names that it gives them
     * @return the launch, without arguments
     */
    ClLaunch.Builder launch(String file, String function, Map<String, DType> types) {
        String options = Stream.concat(
                        Stream.of(STANDARD),
                        types.entrySet().stream()
                                .map(each -> "-D " + each.getKey() + "=" + each.getValue())
                                .sorted())
                .collect(Collectors.joining(" "));
        ClProgram program = programs.computeIfAbsent(
                file + " " + options,
                _ -> ClProgram.compile(context, cache, file + ".cl", text(file + ".cl", new HashSet<>()), options));
        return new ClLaunch.Builder(this, program.kernel(function));
    }

    /** A launch of a program that is the same for all types. */
    ClLaunch.Builder launch(String file, String function) {
        return launch(file, function, Map.of());
    }

    /** A program's text, what it includes in the place of the lines that say so, each file once. */
    private static String text(String file, Set<String> there) {
        return INCLUDE.matcher(text(file))
                .replaceAll(
                        line -> Matcher.quoteReplacement(there.add(line.group(1)) ? text(line.group(1), there) : ""));
    }

    private static String text(String file) {
        try (InputStream in = Optional.ofNullable(Kernels.class.getResourceAsStream(FOLDER + file))
                .orElseThrow(() -> new IllegalStateException("the jar holds no " + FOLDER + file))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException("the jar is damaged: can't read " + FOLDER + file, failure);
        }
    }

    @Override
    public void close() {
        programs.values().forEach(ClProgram::close);
    }
}

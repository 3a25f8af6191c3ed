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
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tenon.api.TenonException;
import org.tenon.api.backend.Binder;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.backend.Queue;
import org.tenon.api.op.Operands;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.StepShape;
import org.tenon.backend.opencl.ffi.BinaryCache;
import org.tenon.backend.opencl.ffi.ClContext;
import org.tenon.backend.opencl.ffi.ClDevice;
import org.tenon.backend.opencl.ffi.ClKernel;
import org.tenon.backend.opencl.ffi.ClProgram;

/** The programs of {@code kernels/*.cl}, compiled when a kernel of theirs is first bound. Used from one thread at a time. */
final class Kernels implements AutoCloseable {
    /** The types that kernels compute with, in the order of their numbers in {@code common.cl}. */
    static final List<DType> FLOATS = List.of(DType.F32, DType.F16, DType.BF16);

    /** Work-items of a work-group on a GPU that share nothing; those that share something are more where they can be. */
    static final int GROUP = 64;

    /** Fewer than a program that is cut into groups is written for. */
    private static final int LEAST_GROUP = 16;

    /** Work-items for each compute unit of a processor, so that none waits long for the last. */
    private static final int ITEMS = 4;

    /** The extension for arithmetic in F16. */
    static final String HALVES = "cl_khr_fp16";
    /** The extension for sums within parts of a work-group. */
    static final String SUBGROUPS = "cl_khr_subgroups";

    private static final String FOLDER = "kernels/";
    private static final Pattern INCLUDE = Pattern.compile("(?m)^#include \"(.*)\"\n");
    private static final String STANDARD = "-cl-std=CL";
    private static final String BASELINE = "1.2";
    /** The first with subgroups. */
    private static final String SUBGROUPS_SINCE = "2.0";

    private final ClContext context;
    private final BinaryCache cache;
    private final ClDevice device;
    private final Variant variant;
    private final long mostItems;
    private final Map<String, ClProgram> programs = new HashMap<>();
    private final Set<ClKernel> open = ConcurrentHashMap.newKeySet();
    private Optional<Recording> recording = Optional.empty();

    /**
     * Compiles nothing.
     *
     * @param context the device, opened
     * @param cache keeps what was compiled
     * @param device the device
     * @param variant how work is cut
     */
    Kernels(ClContext context, BinaryCache cache, ClDevice device, Variant variant) {
        this.context = context;
        this.cache = cache;
        this.device = device;
        this.variant = variant;
        mostItems = (long) ITEMS * device.computeUnits();
    }

    /** {@return the most work-items that a launch on a processor has} */
    long mostItems() {
        return mostItems;
    }

    boolean processor() {
        return variant == Variant.PROCESSOR;
    }

    /** A kernel that does a run of units in each item on a processor, and one unit, or a few elements, in each item on a GPU. */
    <B extends Operands<Buffer>> Lookup.Native<B> items(Binder<B> binder) {
        return Lookup.kernel(binder).variant(processor() ? "work-groups of one" : "items that share nothing");
    }

    /** A kernel that does a run of units in each item on a processor, and each unit in a work-group on a GPU. */
    <B extends Operands<Buffer>> Lookup.Native<B> shared(Binder<B> binder) {
        return Lookup.kernel(binder).variant(processor() ? "work-groups of one" : "a work-group each");
    }

    /**
     * A launch to be given its arguments.
     *
     * @param file the program's file, without {@code .cl}
     * @param function the kernel's name
     * @param definitions the types and numbers that the program is compiled for, by the names that it gives them
     * @return the launch, without arguments
     */
    ClLaunch.Builder launch(String file, String function, Map<String, ?> definitions) {
        return new ClLaunch.Builder(this, kernel(file, BASELINE, function, definitions), GROUP);
    }

    /**
     * A launch of a kernel that exists for processors and, in {@code gpu}, for GPUs, under one name and with the same arguments.
     *
     * @param file the program's file, without {@code .cl}
     * @param function the kernel's name
     * @param definitions what the program is compiled for
     * @param wanted work-items of a GPU's work-group, as for {@link #groups}
     * @return the launch, without arguments
     */
    ClLaunch.Builder either(String file, String function, Map<String, ?> definitions, int wanted) {
        return processor() ? launch(file, function, definitions) : groups("gpu/" + file, function, definitions, wanted);
    }

    /** A launch of a program that is the same for all types. */
    ClLaunch.Builder launch(String file, String function) {
        return launch(file, function, Map.of());
    }

    /**
     * A launch whose units are work-groups. The program is compiled for their size, which it knows as {@code GROUP}: a power of two.
     *
     * @param file the program's file, without {@code .cl}
     * @param function the kernel's name
     * @param definitions what the program is compiled for
     * @param wanted work-items of a work-group, a power of two of 16 or more; half of it, and so on, where the device has no room for so many
     * @return the launch, without arguments
     */
    ClLaunch.Builder groups(String file, String function, Map<String, ?> definitions, int wanted) {
        Map<String, Object> all = new HashMap<>(definitions);
        boolean subgroups = device.reports(SUBGROUPS) && device.language().compareTo(SUBGROUPS_SINCE) >= 0;
        if (subgroups) {
            all.put("SUBGROUPS", 1);
        }
        if (device.reports(HALVES)) {
            all.put("FP16", 1);
        }
        String language = subgroups ? device.language() : BASELINE;
        for (long group = Math.min(wanted, Long.highestOneBit(device.largestGroup()));
                group >= LEAST_GROUP;
                group /= 2) {
            all.put("GROUP", group);
            ClKernel kernel = kernel(file, language, function, all);
            if (kernel.mostItems() >= group) {
                return new ClLaunch.Builder(this, kernel, group);
            }
            close(kernel);
            close(kernel);
        }
        throw new TenonException("the device " + context.name() + " has no room for work-groups of " + LEAST_GROUP
                + " items of " + function + " in " + file + ".cl; try -D" + Variant.PROPERTY + "=processor");
    }

    private ClKernel kernel(String file, String language, String function, Map<String, ?> definitions) {
        ClKernel kernel = program(file, language, definitions).kernel(function);
        open.add(kernel);
        return kernel;
    }

    /** Gives a kernel of a launch back. Idempotent; from any thread. */
    void close(ClKernel kernel) {
        if (open.remove(kernel)) {
            kernel.close();
        }
    }

    /** {@return what launches are kept in rather than put on the queue, while a step is recorded} */
    Optional<Recording> recording() {
        return recording;
    }

    /** Keeps the launches of a step of one shape. */
    Recording record(Launch steps, Queue queue, StepShape shape) {
        Recording kept = new Recording();
        recording = Optional.of(kept);
        try {
            steps.run(queue, shape);
        } finally {
            recording = Optional.empty();
        }
        return kept;
    }

    private ClProgram program(String file, String language, Map<String, ?> definitions) {
        String options = Stream.concat(
                        Stream.of(STANDARD + language),
                        definitions.entrySet().stream()
                                .map(each -> "-D " + each.getKey() + "=" + each.getValue())
                                .sorted())
                .collect(Collectors.joining(" "));
        return programs.computeIfAbsent(
                file + " " + options,
                _ -> ClProgram.compile(context, cache, file + ".cl", text(file + ".cl", new HashSet<>()), options));
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
        open.forEach(this::close);
        programs.values().forEach(ClProgram::close);
    }
}

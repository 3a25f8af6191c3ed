package org.tenon.backend.cpu;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How much memory the process may use: the machine's, or less where a control group's limit says so, its own or that of a group around it. On Linux its own
 * files are read, which takes less time than to ask the JVM; elsewhere the JVM is asked.
 */
final class MachineMemory {
    private MachineMemory() {}

    /**
     * The memory that models may use.
     *
     * @param root the file system's root; another one in tests
     * @return bytes
     */
    static long bytes(Path root) {
        OptionalLong machine = meminfo(root.resolve("proc/meminfo"));
        if (machine.isEmpty()) {
            return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                    .getTotalMemorySize();
        }
        return limits(root)
                .map(MachineMemory::number)
                .flatMapToLong(OptionalLong::stream)
                .reduce(machine.getAsLong(), Math::min);
    }

    private static OptionalLong meminfo(Path file) {
        return lines(file).stream()
                .filter(line -> line.matches("MemTotal:\\s*\\d{1,15} kB"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst();
    }

    /** The files with limits of the groups that the process is in, in either version of control groups (Linux, cgroups(7)). */
    private static Stream<Path> limits(Path root) {
        Path groups = root.resolve("sys/fs/cgroup");
        List<Path> files = new ArrayList<>();
        for (String line : lines(root.resolve("proc/self/cgroup"))) {
            String[] fields = line.split(":", 3); // number, controllers, path
            if (fields.length == 3 && fields[1].isEmpty()) {
                upwards(groups, fields[2], "memory.max", files);
            } else if (fields.length == 3 && List.of(fields[1].split(",", -1)).contains("memory")) {
                upwards(groups.resolve("memory"), fields[2], "memory.limit_in_bytes", files);
            }
        }
        return files.stream();
    }

    private static void upwards(Path top, String group, String file, List<Path> files) {
        @Nullable Path folder = top.resolve(group.replaceFirst("^/+", "")).normalize();
        while (folder != null && folder.startsWith(top)) {
            files.add(folder.resolve(file));
            folder = folder.getParent();
        }
    }

    /** A limit in a file of its own; one that says {@code max} is none. */
    private static OptionalLong number(Path file) {
        return lines(file).stream()
                .map(String::strip)
                .filter(line -> line.matches("\\d{1,18}"))
                .mapToLong(Long::parseLong)
                .findFirst();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException unreadable) {
            return List.of();
        }
    }
}

package org.tenon.backend.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** How much memory the process may use: the machine's, or less where a container's limit says so. Read from Linux's own files. */
final class MachineMemory {
    private MachineMemory() {}

    /**
     * The memory that models may use.
     *
     * @param root the file system's root; another one in tests
     * @return bytes; where no file says, what the JVM may have as its heap
     */
    static long bytes(Path root) {
        OptionalLong least = OptionalLong.empty();
        for (OptionalLong limit : List.of(
                meminfo(root.resolve("proc/meminfo")),
                number(root.resolve("sys/fs/cgroup/memory.max")),
                number(root.resolve("sys/fs/cgroup/memory/memory.limit_in_bytes")))) {
            if (limit.isPresent() && (least.isEmpty() || limit.getAsLong() < least.getAsLong())) {
                least = limit;
            }
        }
        return least.orElseGet(() -> Runtime.getRuntime().maxMemory());
    }

    private static OptionalLong meminfo(Path file) {
        return lines(file).stream()
                .filter(line -> line.startsWith("MemTotal:"))
                .map(line -> line.replaceAll("\\D", ""))
                .filter(digits -> !digits.isEmpty() && digits.length() < 16)
                .mapToLong(kilobytes -> Long.parseLong(kilobytes) << 10)
                .findFirst();
    }

    /** A limit in a file of its own; a file that says {@code max} has none. */
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

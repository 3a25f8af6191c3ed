package org.tenon.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What the operating system tells of this process. */
public final class ProcessFacts {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String PEAK = "VmHWM:";

    private ProcessFacts() {}

    /** {@return the most bytes of memory that the process has had, pages of mapped files included; nothing where Linux doesn't tell} */
    public static OptionalLong peakBytes() {
        return Files.isReadable(STATUS) ? peakBytes(STATUS) : OptionalLong.empty();
    }

    static OptionalLong peakBytes(Path status) {
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith(PEAK))
                    .map(line -> line.substring(PEAK.length()).strip().split(" +"))
                    .filter(words -> words.length == 2 && words[1].equals("kB"))
                    .mapToLong(words -> Long.parseLong(words[0]) * 1024)
                    .findFirst();
        } catch (IOException | NumberFormatException unknown) {
            return OptionalLong.empty();
        }
    }

    /** {@return how long the process has been there, to a hundredth of a second; nothing where the system doesn't tell} */
    public static Optional<Duration> age() {
        return ProcessHandle.current().info().startInstant().map(start -> Duration.between(start, Instant.now()));
    }
}

package org.tenon.backend.cpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** What the maker calls the processor. */
final class Processor {
    private Processor() {}

    /**
     * The processor's name.
     *
     * @param cpuinfo what Linux says of the processors
     * @return the name of the first; nothing where Linux doesn't say
     */
    static Optional<String> name(Path cpuinfo) {
        if (!Files.isReadable(cpuinfo)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(cpuinfo)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .filter(name -> !name.isEmpty())
                    .findFirst();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }
}

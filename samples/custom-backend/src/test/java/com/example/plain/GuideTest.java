package com.example.plain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The guide gives this backend whole, file by file. */
class GuideTest {
    private static final Path GUIDE = Path.of("../../docs/writing-a-backend.md");

    /** A file's name on a line, and its text in a block. */
    private static final Pattern FILE = Pattern.compile("`(src/\\S+)`:\n\n```\\w+\n(.*?)```\n", Pattern.DOTALL);

    @Test
    void theGuidesFilesAreThese() throws IOException {
        Set<String> given = new TreeSet<>();
        Matcher file = FILE.matcher(Files.readString(GUIDE));
        while (file.find()) {
            assertEquals(Files.readString(Path.of(file.group(1))), file.group(2), file.group(1));
            given.add(file.group(1));
        }
        given.removeIf(name -> !name.startsWith("src/main/"));
        try (Stream<Path> files = Files.walk(Path.of("src", "main"))) {
            assertEquals(
                    files.filter(Files::isRegularFile)
                            .map(path -> path.toString().replace('\\', '/'))
                            .collect(Collectors.toCollection(TreeSet::new)),
                    given);
        }
    }
}

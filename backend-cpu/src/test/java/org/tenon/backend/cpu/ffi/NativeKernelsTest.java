package org.tenon.backend.cpu.ffi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tenon.api.TenonException;

class NativeKernelsTest {
    /** Without it the tests of the kernels would pass on nothing. */
    @Test
    void theyAreThereWhereThereIsACompiler() {
        boolean compiled = System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64")
                && Stream.of(System.getenv("PATH").split(":", -1))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "cc")));
        NativeKernels.Found found = NativeKernels.find();
        assertEquals(compiled, found.presence().available(), found.presence().detail());
        assertEquals(compiled, found.kernels().isPresent());
    }

    /** Linux lists what the processor has by the names of CPUID's bits. */
    @Test
    void theVariantIsTheBestThatTheProcessorHas() throws IOException {
        Optional<NativeKernels> kernels = NativeKernels.find().kernels();
        if (kernels.isEmpty()) {
            return;
        }
        List<String> flags = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("flags"))
                .map(line -> List.of(line.split("\\s+", -1)))
                .findFirst()
                .orElseThrow();
        boolean avx2 = flags.containsAll(List.of("avx2", "fma", "f16c"));
        boolean avx512 = avx2 && flags.containsAll(List.of("avx512f", "avx512bw", "avx512dq", "avx512vl"));
        boolean bf16 = avx512 && flags.contains("avx512_bf16");
        List<Isa> expected = List.of(Isa.values()).subList(0, bf16 ? 4 : avx512 ? 3 : avx2 ? 2 : 1);
        assertEquals(expected.getLast(), kernels.get().isa());
        assertEquals(
                expected,
                NativeKernels.variants().stream().map(NativeKernels::isa).toList());
    }

    @Test
    void anotherVariantCanBeAskedForByName() {
        assertEquals(Isa.GENERIC, Isa.chosen("generic", List.of(Isa.values())));
        assertEquals(Isa.AVX512, Isa.chosen("avx512", List.of(Isa.values())));
    }

    @Test
    void aVariantThatTheMachineCannotRunIsRefused() {
        String message = assertThrows(TenonException.class, () -> Isa.chosen("avx512", List.of(Isa.GENERIC, Isa.AVX2)))
                .getMessage();
        assertTrue(message.endsWith("give one of generic, avx2, or leave it out"), message);
    }
}

package org.tenon.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineMemoryTest {
    @TempDir
    Path root;

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    @Test
    void withoutALimitItIsTheMachines() throws IOException {
        write("proc/meminfo", "MemTotal:       24631592 kB\nMemFree:  1 kB\n");
        write("proc/self/cgroup", "0::/\n");
        write("sys/fs/cgroup/memory.max", "max\n");
        assertEquals(24631592L << 10, MachineMemory.bytes(root));
    }

    @Test
    void aContainersLimitCounts() throws IOException {
        write("proc/meminfo", "MemTotal:       24631592 kB\n");
        write("proc/self/cgroup", "0::/\n");
        write("sys/fs/cgroup/memory.max", "4294967296\n");
        assertEquals(4L << 30, MachineMemory.bytes(root));
    }

    @Test
    void theLimitsOfAllGroupsAboveCount() throws IOException {
        write("proc/meminfo", "MemTotal:       24631592 kB\n");
        write("proc/self/cgroup", "0::/system.slice/job.service\n");
        write("sys/fs/cgroup/system.slice/memory.max", "2147483648\n");
        write("sys/fs/cgroup/system.slice/job.service/memory.max", "max\n");
        assertEquals(2L << 30, MachineMemory.bytes(root));
    }

    @Test
    void theFirstVersionOfControlGroupsCountsToo() throws IOException {
        write("proc/meminfo", "MemTotal:       24631592 kB\n");
        write("proc/self/cgroup", "5:memory:/docker/abc\n3:cpu:/\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        write("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "1073741824\n");
        assertEquals(1L << 30, MachineMemory.bytes(root));
    }

    @Test
    void nonsenseInTheFilesIsPassedOver() throws IOException {
        write("proc/meminfo", "MemTotal: many kB\n");
        write("proc/self/cgroup", "0::/../../etc\nnonsense\n");
        write("sys/fs/cgroup/memory.max", "-5\n");
        assertEquals(machineWithoutFiles(), MachineMemory.bytes(root));
    }

    private long machineWithoutFiles() {
        return MachineMemory.bytes(root.resolve("nowhere"));
    }

    @Test
    void withoutSuchFilesTheJvmIsAsked() {
        assertTrue(machineWithoutFiles() > 1L << 28);
    }
}

package org.tenon.backend.cpu.ffi;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Memory of the system's own, for which huge pages are asked before it is first touched (Linux, mmap(2) and madvise(2)): with 4 KB pages a third of the bandwidth is lost to looking up
 * addresses. The system makes each page, of zeros, when it is first touched. Thread-safe.
 */
public final class HugePages {
    /** What a huge page of x86-64 holds. */
    public static final long PAGE = 2L << 20;

    private static final int READ_WRITE = 3;
    private static final int PRIVATE_ANONYMOUS = 0x22;
    private static final int MADV_HUGEPAGE = 14;
    private static final long FAILED = -1;

    private final MethodHandle map;
    private final MethodHandle advise;
    private final MethodHandle unmap;

    private HugePages(MethodHandle map, MethodHandle advise, MethodHandle unmap) {
        this.map = map;
        this.advise = advise;
        this.unmap = unmap;
    }

    /**
     * Binds the functions.
     *
     * @param kernels our own library, which is there where Linux on x86-64 is and native access is granted
     * @return what allocates
     */
    public static HugePages of(NativeKernels kernels) {
        return new HugePages(
                kernels.system(
                        "mmap",
                        FunctionDescriptor.of(
                                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG)),
                kernels.system("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT)),
                kernels.system("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG)));
    }

    /**
     * Takes memory.
     *
     * @param arena gives it back when it is closed
     * @param bytes how many, one or more
     * @return the memory, set to zero and aligned to a huge page; nothing when the system has none left
     */
    @SuppressWarnings("restricted")
    public Optional<MemorySegment> allocate(Arena arena, long bytes) {
        long mapped = bytes + PAGE;
        try {
            long address = (long) map.invokeExact(0L, mapped, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
            if (address == FAILED) {
                return Optional.empty();
            }
            long aligned = (address + PAGE - 1) / PAGE * PAGE;
            advise(aligned, bytes);
            return Optional.of(
                    MemorySegment.ofAddress(aligned).reinterpret(bytes, arena, segment -> unmap(address, mapped)));
        } catch (Throwable failure) {
            throw NativeKernels.unexpected("mmap", failure);
        }
    }

    /** A system without huge pages refuses: then pages are small, and all else is the same. */
    private void advise(long address, long bytes) throws Throwable {
        int _ = (int) advise.invokeExact(address, bytes, MADV_HUGEPAGE);
    }

    private void unmap(long address, long bytes) {
        int status;
        try {
            status = (int) unmap.invokeExact(address, bytes);
        } catch (Throwable failure) {
            throw NativeKernels.unexpected("munmap", failure);
        }
        if (status != 0) {
            throw new IllegalStateException("munmap of " + bytes + " bytes failed");
        }
    }
}

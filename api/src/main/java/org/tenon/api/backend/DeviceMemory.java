package org.tenon.api.backend;

import org.tenon.api.tensor.Storage;

/** The memory of a device. Thread-safe. */
public interface DeviceMemory {
    /**
     * Takes memory, set to zero.
     *
     * @param bytes how many, zero or more
     * @return the memory, aligned to 64 bytes or better; the caller closes it
     * @throws OutOfDeviceMemory when there isn't enough; the message says how much was asked, used and free
     */
    Storage allocate(long bytes);

    /** {@return how much there is} */
    MemoryLimits limits();
}

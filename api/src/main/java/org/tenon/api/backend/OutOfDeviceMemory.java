package org.tenon.api.backend;

import org.tenon.api.TenonException;

/** A device hasn't the memory that was asked for. What was there before is still usable. */
public final class OutOfDeviceMemory extends TenonException {
    private static final long serialVersionUID = 1L;

    /**
     * Too little memory.
     *
     * @param device the device
     * @param asked the bytes asked for
     * @param limits how much there is
     */
    public OutOfDeviceMemory(String device, long asked, MemoryLimits limits) {
        super(device + " hasn't the " + asked + " bytes asked for: " + limits.available() + " of " + limits.total()
                + " are free. Use a smaller context, fewer sequences or a narrower type");
    }
}

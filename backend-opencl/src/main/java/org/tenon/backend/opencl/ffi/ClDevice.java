package org.tenon.backend.opencl.ffi;

import java.util.List;

/** A device of one of the machine's OpenCL platforms. Immutable and thread-safe. */
public final class ClDevice {
    private static final int TYPE = 0x1000;
    private static final int COMPUTE_UNITS = 0x1002;
    private static final int LARGEST_GROUP = 0x1004;
    private static final int LARGEST_ALLOCATION = 0x1010;
    private static final int GLOBAL_MEMORY = 0x101F;
    private static final int NAME = 0x102B;
    private static final int DRIVER_VERSION = 0x102D;
    private static final int DEVICE_VERSION = 0x102F;
    private static final int EXTENSIONS = 0x1030;
    private static final int PLATFORM = 0x1031;
    private static final int LANGUAGE = 0x103D;
    private static final long CPU = 2;
    private static final String POCL = "Portable Computing Language";

    private final OpenCl cl;
    private final long id;
    private final String platform;
    private final String platformVersion;
    private final ClInfo info;

    ClDevice(OpenCl cl, long id, String platform, String platformVersion) {
        this.cl = cl;
        this.id = id;
        this.platform = platform;
        this.platformVersion = platformVersion;
        info = new ClInfo(cl, "clGetDeviceInfo", id);
    }

    OpenCl cl() {
        return cl;
    }

    long id() {
        return id;
    }

    /** {@return the maker's name for it} */
    public String name() {
        return info.text(NAME);
    }

    long platformId() {
        return info.number(PLATFORM);
    }

    /** {@return the platform's name} */
    public String platform() {
        return platform;
    }

    /** {@return whether it is the processor, whose memory is the host's} */
    public boolean processor() {
        return (info.number(TYPE) & CPU) != 0;
    }

    /** {@return whether its kernels are linked by a program of the system's: PoCL ends the process where that is missing} */
    public boolean needsLinker() {
        return platform.equals(POCL) && processor();
    }

    /** {@return how many parts of it compute side by side} */
    public int computeUnits() {
        return (int) info.number(COMPUTE_UNITS);
    }

    /** {@return the bytes of its memory} */
    public long memoryBytes() {
        return info.number(GLOBAL_MEMORY);
    }

    /** {@return the most bytes that a buffer may have} */
    public long largestBuffer() {
        return info.number(LARGEST_ALLOCATION);
    }

    /** {@return the most work-items that any work-group may have} */
    public long largestGroup() {
        return info.number(LARGEST_GROUP);
    }

    /**
     * Whether the device reports an extension.
     *
     * @param name the extension's name, such as {@code cl_khr_fp16}
     * @return whether it does
     */
    public boolean reports(String name) {
        return List.of(info.text(EXTENSIONS).split(" +")).contains(name);
    }

    /** {@return the version of OpenCL C that it compiles, such as {@code 1.2}} */
    public String language() {
        return info.text(LANGUAGE).substring("OpenCL C ".length(), "OpenCL C 1.2".length()); // the maker may add words
    }

    /** {@return what a compiled program is good for: platform, device and driver with their versions} */
    String identity() {
        return String.join(
                "\n", platform, platformVersion, name(), info.text(DEVICE_VERSION), info.text(DRIVER_VERSION));
    }

    /**
     * Opens the device.
     *
     * @return a context with a queue; the caller closes it
     * @throws ClFailure when the driver refuses
     */
    public ClContext open() {
        return new ClContext(this);
    }
}

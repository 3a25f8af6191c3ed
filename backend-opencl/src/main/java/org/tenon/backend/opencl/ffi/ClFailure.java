package org.tenon.backend.opencl.ffi;

import java.util.Map;
import org.tenon.api.TenonException;

/** A call of OpenCL's failed. The message names the call, the code and the device. */
public final class ClFailure extends TenonException {
    private static final long serialVersionUID = 1L;

    /** OpenCL 1.2's error codes (CL/cl.h), and the ICD loader's own. */
    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(-1, "CL_DEVICE_NOT_FOUND"),
            Map.entry(-2, "CL_DEVICE_NOT_AVAILABLE"),
            Map.entry(-3, "CL_COMPILER_NOT_AVAILABLE"),
            Map.entry(-4, "CL_MEM_OBJECT_ALLOCATION_FAILURE"),
            Map.entry(-5, "CL_OUT_OF_RESOURCES"),
            Map.entry(-6, "CL_OUT_OF_HOST_MEMORY"),
            Map.entry(-11, "CL_BUILD_PROGRAM_FAILURE"),
            Map.entry(-14, "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST"),
            Map.entry(-30, "CL_INVALID_VALUE"),
            Map.entry(-32, "CL_INVALID_PLATFORM"),
            Map.entry(-33, "CL_INVALID_DEVICE"),
            Map.entry(-34, "CL_INVALID_CONTEXT"),
            Map.entry(-36, "CL_INVALID_COMMAND_QUEUE"),
            Map.entry(-38, "CL_INVALID_MEM_OBJECT"),
            Map.entry(-42, "CL_INVALID_BINARY"),
            Map.entry(-43, "CL_INVALID_BUILD_OPTIONS"),
            Map.entry(-44, "CL_INVALID_PROGRAM"),
            Map.entry(-45, "CL_INVALID_PROGRAM_EXECUTABLE"),
            Map.entry(-46, "CL_INVALID_KERNEL_NAME"),
            Map.entry(-48, "CL_INVALID_KERNEL"),
            Map.entry(-49, "CL_INVALID_ARG_INDEX"),
            Map.entry(-50, "CL_INVALID_ARG_VALUE"),
            Map.entry(-51, "CL_INVALID_ARG_SIZE"),
            Map.entry(-52, "CL_INVALID_KERNEL_ARGS"),
            Map.entry(-53, "CL_INVALID_WORK_DIMENSION"),
            Map.entry(-54, "CL_INVALID_WORK_GROUP_SIZE"),
            Map.entry(-55, "CL_INVALID_WORK_ITEM_SIZE"),
            Map.entry(-59, "CL_INVALID_OPERATION"),
            Map.entry(-61, "CL_INVALID_BUFFER_SIZE"),
            Map.entry(-63, "CL_INVALID_GLOBAL_WORK_SIZE"),
            Map.entry(-1001, "CL_PLATFORM_NOT_FOUND_KHR"));

    private final int code;

    /**
     * A failure.
     *
     * @param call the function that failed, and on what
     * @param code what it answered
     * @param device the device's name
     */
    ClFailure(String call, int code, String device) {
        this(call, code, device, "");
    }

    /**
     * A failure that has more to say.
     *
     * @param call the function that failed, and on what
     * @param code what it answered
     * @param device the device's name
     * @param detail what follows the message
     */
    ClFailure(String call, int code, String device, String detail) {
        super(call + " on " + device + " failed: " + NAMES.getOrDefault(code, "error") + " (" + code + ")" + detail);
        this.code = code;
    }

    /** {@return whether it failed for want of memory} */
    public boolean outOfMemory() {
        return code == -4 || code == -5 || code == -6 || code == -61;
    }
}

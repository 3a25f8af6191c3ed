/** OpenCL 1.2 as the system's ICD loader offers it, through the foreign function interface. */
package org.tenon.backend.opencl.ffi;

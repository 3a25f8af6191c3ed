/** The OpenCL backend: kernels in OpenCL C, on any device that the system's ICD loader knows. */
package org.tenon.backend.opencl;

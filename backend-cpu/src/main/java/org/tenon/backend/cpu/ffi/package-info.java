/** The one place that calls native code: finds the libraries of oneDNN and of our own kernels and binds their C interfaces. Nothing here knows an op. */
package org.tenon.backend.cpu.ffi;

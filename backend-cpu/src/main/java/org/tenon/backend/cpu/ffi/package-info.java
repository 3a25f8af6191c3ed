/** The one place that calls native code: finds oneDNN's library and binds its C interface. Nothing here knows an op. */
package org.tenon.backend.cpu.ffi;

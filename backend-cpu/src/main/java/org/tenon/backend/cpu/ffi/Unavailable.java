package org.tenon.backend.cpu.ffi;

/** A native library can't be used; the message says why, and what to do. */
final class Unavailable extends Exception {
    private static final long serialVersionUID = 1L;

    Unavailable(String reason) {
        super(reason);
    }
}

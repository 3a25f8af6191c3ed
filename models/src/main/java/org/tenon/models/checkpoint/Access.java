package org.tenon.models.checkpoint;

/** How the tensors of a file are reached. */
public enum Access {
    /**
     * The file is mapped into memory: nothing is read before it is used, and a backend uses weights in place, or places them in
     * memory that it reads faster, as it likes better (the CPU backend does the latter with large weights, as long as memory suffices). The file
     * must not be truncated or overwritten while it is open (replacing it by another is harmless): the JVM can't protect
     * itself from that.
     */
    MAPPED,
    /** Rows are read when they are asked for, and every backend copies them: once a model is loaded, it needs its files no longer. */
    COPIED
}

package org.tenon.models.checkpoint;

/** How the tensors of a file are reached. */
public enum Access {
    /**
     * The file is mapped into memory: nothing is read before it is used, and a backend may use weights in place. The file
     * must not be truncated or overwritten while it is open (replacing it by another is harmless): the JVM can't protect
     * itself from that.
     */
    MAPPED,
    /** Rows are read when they are asked for, and copied. */
    COPIED
}

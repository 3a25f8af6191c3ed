package org.tenon.cli;

/** What the process ends with. A process that is asked to end by a signal ends with 128 and the signal's number. */
final class ExitCode {
    /** The command failed, or what it checked isn't right. */
    static final int FAILURE = 1;

    /** The command line can't be understood. */
    static final int USAGE = 2;

    /** Nobody reads the output any more: as if by SIGPIPE. */
    static final int OUTPUT_CLOSED = 128 + 13;

    private ExitCode() {}
}

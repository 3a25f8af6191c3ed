package org.tenon.conformance.suite;

/** What a suite is made from, in the test's process and in the worker's alike. Has a constructor without arguments. */
@FunctionalInterface
public interface SuiteSource {
    /** {@return the suite, each time with the same runs} */
    Suite suite();
}

package org.tenon.conformance.life;

import java.util.List;
import org.tenon.conformance.trial.Check;

/** What must hold in the life of every backend. */
public final class Lives {
    private static final List<Check> ALL = List.of(
            new Life("opened and closed many times", OpenAndClose::manyTimes),
            new Life("closed twice", OpenAndClose::twice),
            new Life("closed before its programs", OpenAndClose::beforeItsPrograms),
            new Life("closed beside another", Neighbours::closedBesideAnother),
            new Life("two threads side by side", Neighbours::twoThreads),
            new Life("memory comes as zeros", MemoryLife::comesAsZeros),
            new Life("memory allocated is memory freed", MemoryLife::allocatedIsFreed),
            new Life("memory of a program is freed", MemoryLife::ofAProgramIsFreed),
            new Life("more than there is is refused", MemoryLife::moreThanThereIsIsRefused),
            new Life("memory is closed memory once closed", MemoryLife::closedIsClosed),
            new Life("nothing left of a missing kernel", FailedPrograms::missingKernel),
            new Life("nothing left of a weight that can't be read", FailedPrograms::brokenWeight),
            new Life("nothing left of a program too large", FailedPrograms::tooLarge));

    private Lives() {}

    /** {@return a check for each} */
    public static List<Check> all() {
        return ALL;
    }
}

package org.tenon.cli.bench;

import java.util.List;
import java.util.OptionalDouble;
import org.tenon.cli.console.JsonObject;

/**
 * How fast one phase of the workload was, in the fastest round.
 *
 * @param name the phase
 * @param tokensPerSecond tokens of all sequences in a second, by round
 * @param seconds the time of the work in the fastest round: a step where the work is one
 * @param work what had to be done in that time
 * @param steps the steps of a round
 * @param allocated the heap bytes that the issuing thread allocates in a step
 * @param roof what the machine could do right before and after the fastest round
 */
public record Phase(
        String name, List<Double> tokensPerSecond, double seconds, Work work, int steps, double allocated, Roof roof) {
    /** {@return tokens of all sequences in a second, in the fastest round} */
    public double best() {
        return tokensPerSecond.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    /** {@return bytes that had to be read, in a second} */
    public double bytesPerSecond() {
        return work.bytes() / seconds;
    }

    /** {@return operations that had to be done, in a second} */
    public double flopsPerSecond() {
        return work.flops() / seconds;
    }

    /**
     * How near it comes to the roof: the shortest possible time as a fraction of the time that it took (Williams, Waterman and Patterson 2009).
     *
     * @return the fraction; nothing where the roof isn't known
     */
    public OptionalDouble fraction() {
        OptionalDouble shortest = roof.shortest(work);
        return shortest.isEmpty() ? shortest : OptionalDouble.of(shortest.getAsDouble() / seconds);
    }

    /** {@return the phase for scripts} */
    public JsonObject report() {
        return new JsonObject()
                .with("tokens_per_second", best())
                .with("tokens_per_second_by_repeat", tokensPerSecond)
                .with("roof_fraction", fraction())
                .with("bound", roof.bindsByMemory(work) ? "memory" : "arithmetic")
                .with("seconds", seconds)
                .with("bytes", work.bytes())
                .with("flops", work.flops())
                .with("bytes_per_second", bytesPerSecond())
                .with("flops_per_second", flopsPerSecond())
                .with("steps", steps)
                .with("allocated_bytes_per_step", allocated);
    }
}

package org.tenon.samples.applications.acme;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.Launch;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Linear;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;

/** The kernels of the Acme device. */
final class AcmeKernels {
    private AcmeKernels() {}

    static Lookup<Linear.In<Buffer>> linear(Linear op, Linear.In<Tensor> in, List<Tensor> out) {
        if (in.weights().size() != 1 || in.bias().isPresent()) {
            return Lookup.unsupported("only one matrix without a bias");
        }
        if (!in.x().type().equals(DType.F32) || !in.weights().getFirst().type().equals(DType.F32)) {
            return Lookup.unsupported("only F32");
        }
        return Lookup.kernel((operands, outputs, workspace) ->
                linear(operands.x(), operands.weights().getFirst(), outputs.getFirst()));
    }

    private static Launch linear(Buffer x, Buffer weight, Buffer y) {
        long inputs = x.shape().width();
        long outputs = y.shape().width();
        MemorySegment from = HostMemory.segment(x);
        MemorySegment matrix = HostMemory.segment(weight);
        MemorySegment to = HostMemory.segment(y);
        return (queue, step) -> {
            long rows = x.shape().dim(0).size(step);
            for (long row = 0; row < rows; row++) {
                for (long n = 0; n < outputs; n++) {
                    float sum = 0;
                    for (long k = 0; k < inputs; k++) {
                        sum += from.get(ValueLayout.JAVA_FLOAT, row * x.spec().stride(0) + 4 * k)
                                * matrix.getAtIndex(ValueLayout.JAVA_FLOAT, n * inputs + k);
                    }
                    to.set(ValueLayout.JAVA_FLOAT, row * y.spec().stride(0) + 4 * n, sum);
                }
            }
        };
    }
}

package org.tenon.api.program;

import java.util.List;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Ops;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Shape;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * Begins a program: gives it weights, inputs and states, and the {@link Ops} to write it with. Confined to a thread.
 */
public final class ProgramWriter {
    /** What temporaries of one opened op should stay under, in bytes, unless said otherwise. */
    public static final long TEMPORARY_BYTES = 64L << 20;

    private final Values values = new Values();
    private final Recorder recorder;

    /**
     * An empty program.
     *
     * @param bounds the largest step that it will run
     * @param activations the type of activations
     */
    public ProgramWriter(StepShape bounds, DType activations) {
        this.recorder = new Recorder(values, bounds, activations, TEMPORARY_BYTES) {
            @Override
            <I extends Operands<Tensor>, B extends Operands<Buffer>> void place(Node.Call<I, B> call) {
                append(call);
            }

            @Override
            boolean counting() {
                return false;
            }
        };
    }

    /** {@return what the program is written with} */
    public Ops ops() {
        return recorder;
    }

    /**
     * A weight. One that no op reads is never prepared.
     *
     * @param source where it comes from
     * @return the tensor, of the source's type and shape
     */
    public Tensor weight(WeightSource source) {
        return values.weight(source);
    }

    /**
     * A tensor that the host brings with each step.
     *
     * @param name what messages call it
     * @param shape its shape
     * @return I32
     */
    public Tensor input(String name, Shape shape) {
        return values.add(Values.Kind.INPUT, name, TensorSpec.dense(DType.I32, shape));
    }

    /**
     * Memory that keeps its contents from step to step, zeros at first.
     *
     * @param name what messages call it
     * @param type its type
     * @param shape its shape, of fixed sizes
     * @return the tensor
     */
    public Tensor state(String name, DType type, Shape shape) {
        return values.add(Values.Kind.STATE, name, TensorSpec.dense(type, shape));
    }

    /**
     * Ends the program.
     *
     * @param outputs the tensors that the host reads after a step
     * @return the program
     */
    public Program finish(List<Tensor> outputs) {
        outputs.forEach(values::output);
        return new Program(
                values, recorder.bounds(), recorder.activations(), recorder.loadNodes(), recorder.stepNodes());
    }
}

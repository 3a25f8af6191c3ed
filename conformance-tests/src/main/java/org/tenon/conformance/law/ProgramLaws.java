package org.tenon.conformance.law;

import java.util.ArrayList;
import java.util.List;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.Lookup;
import org.tenon.api.model.ModelListener;
import org.tenon.api.op.Op;
import org.tenon.api.op.Operands;
import org.tenon.api.op.Primitive;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;
import org.tenon.conformance.law.Law.Ground;
import org.tenon.conformance.trial.Forwarding;
import org.tenon.conformance.trial.Outcome;

/** How a program is run makes no difference. */
final class ProgramLaws {
    private ProgramLaws() {}

    /** A step that the backend has recorded and replays is one that is walked op by op, as it is while somebody listens to kernels. */
    static Outcome replayedIsWalked(Ground ground) {
        int[] ids = ground.ids(60, 1);
        Agreement agreement = ground.repeated();
        try (OpenModel model = ground.open()) {
            float[][] replayed = steps(model, ids);
            try (ModelListener.Registration _ = model.model().profile((_, _, _) -> {})) {
                agreement.compare("replayed", steps(model, ids), replayed);
            }
        }
        return agreement.outcome();
    }

    /** Steps of few shapes, each of which comes back many times. */
    private static float[][] steps(OpenModel model, int[] ids) {
        List<float[]> all = new ArrayList<>();
        for (int chunk : new int[] {12, 1}) {
            all.addAll(List.of(model.logits(ids, chunk)));
        }
        return all.toArray(float[][]::new);
    }

    /** A backend's kernels compute what their ops are when they are opened up into primitives. */
    static Outcome nativeIsDecomposed(Ground ground) {
        int[] ids = ground.ids(60, 2);
        Agreement agreement = ground.roughly();
        try (OpenModel natively = ground.open();
                OpenModel opened = ground.open(ProgramLaws::primitively)) {
            for (int chunk : new int[] {ids.length, 1}) {
                agreement.compare("chunks of " + chunk, opened.logits(ids, chunk), natively.logits(ids, chunk));
            }
        }
        return agreement.outcome();
    }

    /** The backend without its kernels, but for those of primitives. */
    static Backend primitively(Backend under) {
        return new Primitively(under);
    }

    /** A backend that hides all its kernels but those of primitives. */
    private record Primitively(Backend under) implements Forwarding {
        @Override
        public <I extends Operands<Tensor>, B extends Operands<Buffer>> Lookup<B> find(
                Op<I, B> op, I operands, List<Tensor> outputs) {
            return op instanceof Primitive<?, ?>
                    ? under.find(op, operands, outputs)
                    : Lookup.unsupported("hidden, so that it is opened up");
        }

        @Override
        public void close() {
            under.close();
        }
    }
}

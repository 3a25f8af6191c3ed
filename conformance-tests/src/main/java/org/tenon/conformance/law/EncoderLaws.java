package org.tenon.conformance.law;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.tenon.api.backend.Backend;
import org.tenon.api.model.Encoded;
import org.tenon.api.model.EncoderInput;
import org.tenon.api.model.EncoderModel;
import org.tenon.conformance.law.Law.Ground;
import org.tenon.conformance.trial.Outcome;
import org.tenon.models.Tenon;

/** What an encoder gives depends on the sequence alone: not on who else is in the step, nor on how the program is run. */
final class EncoderLaws {
    /** More rows together than a step has. */
    private static final int[] LENGTHS = {45, 17, 1, 38, 29, 64};

    private EncoderLaws() {}

    /** An encoder on a candidate, with the Tenon that created it. */
    private record OpenEncoder(Tenon tenon, EncoderModel model) implements AutoCloseable {
        /** {@code change} wraps the backend. */
        static OpenEncoder open(Ground ground, UnaryOperator<Backend> change) {
            Tenon tenon = OpenModel.tenon(
                    ground.candidate(),
                    ground.tiny().layers(),
                    ground.law().numerics(),
                    Ground.blocks(Ground.BLOCK),
                    change);
            try {
                return new OpenEncoder(tenon, tenon.createEncoder(ground.tiny().spec(), OpenModel.SEED));
            } catch (RuntimeException | Error failure) {
                tenon.close();
                throw failure;
            }
        }

        List<Encoded> encode(List<EncoderInput> inputs) {
            return model.encode(inputs, model.heads());
        }

        @Override
        public void close() {
            model.close();
            tenon.close();
        }
    }

    private static List<EncoderInput> inputs(Ground ground) {
        List<EncoderInput> inputs = new ArrayList<>();
        for (int i = 0; i < LENGTHS.length; i++) {
            inputs.add(EncoderInput.ids(ground.ids(LENGTHS[i], i)));
        }
        return inputs;
    }

    private static void compare(Agreement agreement, String what, Encoded expected, Encoded found) {
        agreement.compare(what, expected.hidden(), found.hidden());
        for (String head : expected.heads()) {
            agreement.compare(what + ", " + head, expected.head(head), found.head(head));
        }
    }

    /** A sequence gives the same alone and in a ragged batch, wherever its rows stand there. */
    static Outcome aloneIsAmongOthers(Ground ground) {
        Agreement agreement = ground.agreement();
        List<EncoderInput> inputs = inputs(ground);
        try (OpenEncoder encoder = OpenEncoder.open(ground, UnaryOperator.identity())) {
            List<Encoded> among = encoder.encode(inputs);
            for (int i = 0; i < inputs.size(); i++) {
                Encoded alone = encoder.model()
                        .encode(List.of(inputs.get(i)), encoder.model().heads())
                        .getFirst();
                compare(agreement, "sequence " + i + " among others", alone, among.get(i));
                Encoded bare =
                        encoder.model().encode(List.of(inputs.get(i)), Set.of()).getFirst();
                agreement.compare("sequence " + i + " without heads", alone.hidden(), bare.hidden());
            }
        }
        return agreement.outcome();
    }

    /** The same batch gives the same each time: the same bits where that is promised. */
    static Outcome twiceInARow(Ground ground) {
        Agreement agreement = ground.repeated();
        List<EncoderInput> inputs = inputs(ground);
        try (OpenEncoder encoder = OpenEncoder.open(ground, UnaryOperator.identity())) {
            List<Encoded> first = encoder.encode(inputs);
            for (int time = 2; time <= 3; time++) {
                List<Encoded> again = encoder.encode(inputs);
                for (int i = 0; i < inputs.size(); i++) {
                    compare(agreement, "time " + time + ", sequence " + i, first.get(i), again.get(i));
                }
            }
        }
        return agreement.outcome();
    }

    /** A backend's kernels compute what their ops are when they are opened up into primitives. */
    static Outcome nativeIsDecomposed(Ground ground) {
        Agreement agreement = ground.roughly();
        List<EncoderInput> inputs = inputs(ground);
        try (OpenEncoder natively = OpenEncoder.open(ground, UnaryOperator.identity());
                OpenEncoder opened = OpenEncoder.open(ground, ProgramLaws::primitively)) {
            List<Encoded> expected = opened.encode(inputs);
            List<Encoded> found = natively.encode(inputs);
            for (int i = 0; i < inputs.size(); i++) {
                compare(agreement, "sequence " + i, expected.get(i), found.get(i));
            }
        }
        return agreement.outcome();
    }
}

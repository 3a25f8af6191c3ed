package org.tenon.models.golden;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.tenon.api.TenonException;
import org.tenon.api.model.Encoded;
import org.tenon.api.model.EncoderInput;
import org.tenon.api.model.EncoderModel;
import org.tenon.api.model.ModelSpec;
import org.tenon.models.checkpoint.ReferenceFile;
import org.tenon.models.golden.Verification.Way;

/** The ways in which an encoder is compared: each thing that the reference computed, for each case alone and for all in one ragged batch. */
final class EncoderWays {
    private final EncoderModel model;
    private final ReferenceFile reference;
    private final Optional<String> head;

    EncoderWays(EncoderModel model, ReferenceFile reference) {
        this.model = model;
        this.reference = reference;
        this.head = switch (reference.autoClass()) {
            case "encoder" -> Optional.empty();
            case "masked" -> Optional.of(ModelSpec.MASKED);
            case "classifier" -> Optional.of(ModelSpec.CLASSES);
            default ->
                throw new TenonException(reference + ", of the kind \"" + reference.autoClass()
                        + "\": there is nothing of an encoder to compare with");
        };
    }

    List<Way> ways() {
        List<ReferenceFile.Case> cases = reference.cases();
        List<EncoderInput> inputs = cases.stream()
                .<EncoderInput>map(one -> EncoderInput.ids(one.inputIds()).types(one.tokenTypeIds()))
                .toList();
        Set<String> heads = heads(cases);
        List<Encoded> alone = inputs.stream()
                .map(input -> model.encode(List.of(input), heads).getFirst())
                .toList();
        List<Encoded> together = model.encode(inputs, heads);
        List<Way> ways = new ArrayList<>();
        add(ways, "hidden states", ReferenceFile.Case::lastHiddenState, Encoded::hidden, alone, together);
        add(
                ways,
                "pooler",
                ReferenceFile.Case::poolerOutput,
                encoded -> encoded.head(ModelSpec.POOLER),
                alone,
                together);
        if (head.isPresent()) {
            add(ways, "logits", ReferenceFile.Case::logits, encoded -> encoded.head(head.get()), alone, together);
        }
        if (ways.isEmpty()) {
            throw new TenonException(reference + ": there is nothing of an encoder to compare with");
        }
        return ways;
    }

    private Set<String> heads(List<ReferenceFile.Case> cases) {
        Set<String> heads = new TreeSet<>();
        head.filter(_ -> cases.stream().anyMatch(one -> one.logits().isPresent()))
                .ifPresent(heads::add);
        if (cases.stream().anyMatch(one -> one.poolerOutput().isPresent())) {
            heads.add(ModelSpec.POOLER);
        }
        return heads;
    }

    private void add(
            List<Way> ways,
            String name,
            Function<ReferenceFile.Case, Optional<ReferenceFile.Rows>> expected,
            Function<Encoded, float[][]> found,
            List<Encoded> alone,
            List<Encoded> together) {
        if (reference.cases().stream().anyMatch(one -> expected.apply(one).isPresent())) {
            ways.add(way(name + ", alone", expected, found, alone));
            ways.add(way(name + ", one ragged batch", expected, found, together));
        }
    }

    private Way way(
            String name,
            Function<ReferenceFile.Case, Optional<ReferenceFile.Rows>> expected,
            Function<Encoded, float[][]> found,
            List<Encoded> encoded) {
        double deviation = 0;
        int worst = -1;
        int compared = 0;
        for (int i = 0; i < encoded.size(); i++) {
            ReferenceFile.Case one = reference.cases().get(i);
            Optional<ReferenceFile.Rows> rows = expected.apply(one);
            if (rows.isPresent()) {
                double off = new Quantity(rows.get()).deviation(found.apply(encoded.get(i)));
                compared++;
                if (worst < 0 || off > deviation) {
                    deviation = off;
                    worst = one.number();
                }
            }
        }
        return new Way(name, deviation, worst, compared, Optional.empty());
    }
}

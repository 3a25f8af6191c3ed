package org.tenon.layers.attention;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.tenon.api.config.Config;
import org.tenon.layers.position.RelativeBias;
import org.tenon.layers.position.Rope;

/** Attention as a plain tree; what is as usual is left out. */
final class SelfAttentionCodec {
    private SelfAttentionCodec() {}

    static Config write(SelfAttention spec) {
        Config tree = Config.object().with("heads", spec.heads()).with("kvHeads", spec.kvHeads());
        if (spec.headDim().isPresent()) {
            tree = tree.with("headDim", spec.headDim().getAsInt());
        }
        if (spec.qkvBias()) {
            tree = tree.with("qkvBias", true);
        }
        if (spec.outBias()) {
            tree = tree.with("outBias", true);
        }
        if (spec.headNorm().isPresent()) {
            tree = tree.with("headNorm", spec.headNorm().getAsDouble());
        }
        if (spec.window().isPresent()) {
            tree = tree.with("window", spec.window().getAsInt());
        }
        if (spec.rope().isPresent()) {
            tree = tree.with("rope", spec.rope().get().write());
        }
        if (spec.scale().isPresent()) {
            tree = tree.with("scale", spec.scale().getAsDouble());
        }
        if (spec.softCap().isPresent()) {
            tree = tree.with("softCap", spec.softCap().getAsDouble());
        }
        if (spec.relativeBias().isPresent()) {
            tree = tree.with("relativeBias", spec.relativeBias().get().write());
        }
        return spec.bidirectional() ? tree.with("bidirectional", true) : tree;
    }

    static SelfAttention read(Config tree) {
        int heads = tree.positive("heads");
        return new SelfAttention(
                heads,
                tree.positive("kvHeads", heads),
                integer(tree, "headDim"),
                tree.flag("qkvBias", false),
                tree.flag("outBias", false),
                decimal(tree, "headNorm"),
                integer(tree, "window"),
                tree.optional("rope").map(Rope::read),
                decimal(tree, "scale"),
                decimal(tree, "softCap"),
                tree.optional("relativeBias").map(RelativeBias::read),
                tree.flag("bidirectional", false));
    }

    private static OptionalInt integer(Config tree, String key) {
        return tree.has(key) ? OptionalInt.of(tree.positive(key)) : OptionalInt.empty();
    }

    private static OptionalDouble decimal(Config tree, String key) {
        return tree.has(key) ? OptionalDouble.of(tree.decimal(key)) : OptionalDouble.empty();
    }
}

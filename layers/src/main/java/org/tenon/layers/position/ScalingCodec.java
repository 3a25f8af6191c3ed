package org.tenon.layers.position;

import java.util.List;
import org.tenon.api.TenonException;
import org.tenon.api.config.Config;

/** Scalings as plain trees; {@code type} is the name that Transformers gives the method. */
final class ScalingCodec {
    private ScalingCodec() {}

    static Config write(Scaling scaling) {
        return switch (scaling) {
            case Unscaled _ -> type("default");
            case LinearScaling linear -> type("linear").with("factor", linear.factor());
            case DynamicScaling dynamic ->
                type("dynamic").with("factor", dynamic.factor()).with("positions", dynamic.positions());
            case YarnScaling yarn ->
                type("yarn")
                        .with("factor", yarn.factor())
                        .with("original", yarn.original())
                        .with("betaFast", yarn.betaFast())
                        .with("betaSlow", yarn.betaSlow())
                        .with("truncate", yarn.truncate())
                        .with("attentionFactor", yarn.attentionFactor());
            case Llama3Scaling llama3 ->
                type("llama3")
                        .with("factor", llama3.factor())
                        .with("low", llama3.low())
                        .with("high", llama3.high())
                        .with("original", llama3.original());
            case LongRopeScaling longRope ->
                type("longrope")
                        .with("shortFactors", longRope.shortFactors())
                        .with("longFactors", longRope.longFactors())
                        .with("original", longRope.original())
                        .with("attentionFactor", longRope.attentionFactor());
            default ->
                throw new TenonException("the rope scaling " + scaling + " is a plugin's own and can't be saved; of"
                        + " Tenon's, longrope expresses any frequencies");
        };
    }

    private static Config type(String name) {
        return Config.object().with("type", name);
    }

    static Scaling read(Config tree) {
        Config type = tree.child("type");
        return switch (type.asText()) {
            case "default" -> new Unscaled();
            case "linear" -> new LinearScaling(tree.decimal("factor"));
            case "dynamic" -> new DynamicScaling(tree.decimal("factor"), tree.positive("positions"));
            case "yarn" ->
                new YarnScaling(
                        tree.decimal("factor"),
                        tree.positive("original"),
                        tree.decimal("betaFast"),
                        tree.decimal("betaSlow"),
                        tree.flag("truncate"),
                        tree.decimal("attentionFactor"));
            case "llama3" ->
                new Llama3Scaling(
                        tree.decimal("factor"), tree.decimal("low"), tree.decimal("high"), tree.positive("original"));
            case "longrope" ->
                new LongRopeScaling(
                        decimals(tree.list("shortFactors")),
                        decimals(tree.list("longFactors")),
                        tree.positive("original"),
                        tree.decimal("attentionFactor"));
            default -> throw type.invalid("default, linear, dynamic, yarn, llama3 or longrope");
        };
    }

    private static List<Double> decimals(List<Config> items) {
        return items.stream().map(Config::asDecimal).toList();
    }
}

package org.tenon.layers.token;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tenon.api.config.Config;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Dims;
import org.tenon.api.layer.InvalidLayer;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.SpecCodec;
import org.tenon.api.layer.SpecType;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;

/** Provides {@link OutputHead}. */
public final class OutputHeadProvider implements LayerProvider<OutputHead> {
    private static final SpecType<OutputHead> TYPE =
            new SpecType<>("tenon/output-head", OutputHead.class, OutputHeadProvider::write, OutputHeadProvider::read);

    /** Made by {@link java.util.ServiceLoader}. */
    public OutputHeadProvider() {}

    @Override
    public SpecType<OutputHead> type() {
        return TYPE;
    }

    private static Config write(OutputHead spec, SpecCodec layers) {
        Config tree = Config.object()
                .with(
                        "parts",
                        spec.parts().stream()
                                .map(part -> Config.object()
                                        .with("name", part.name())
                                        .with("layer", layers.write(part.layer())))
                                .toList());
        return spec.firstRow() ? tree.with("firstRow", true) : tree;
    }

    private static OutputHead read(Config tree, SpecCodec layers) {
        return new OutputHead(
                tree.list("parts").stream()
                        .map(part -> new OutputHead.Part(part.text("name"), layers.read(part.child("layer"))))
                        .toList(),
                tree.flag("firstRow", false));
    }

    @Override
    public Declaration declare(OutputHead spec, Dims dims) {
        InvalidLayer.Check check =
                InvalidLayer.check().that(!spec.parts().isEmpty(), "parts", "a head has at least one");
        Set<String> names = new HashSet<>();
        for (OutputHead.Part part : spec.parts()) {
            check.that(
                            part.name().matches("[a-z][A-Za-z0-9]*"),
                            "parts",
                            "a name is a small letter, then letters and digits, not \"" + part.name() + "\"")
                    .that(names.add(part.name()), "parts", "two are called " + part.name());
        }
        check.done();
        Declaration declaration = new Declaration();
        spec.parts().forEach(part -> declaration.child(part.name(), part.layer(), dims.hidden()));
        return spec.firstRow() ? declaration.firstRow() : declaration;
    }

    /** x: [outputs, hidden] -> F32 [outputs, width of the last layer]. */
    @Override
    public Layer build(OutputHead spec, LayerContext context) {
        List<Layer> layers =
                spec.parts().stream().map(part -> context.child(part.name())).toList();
        return (x, step) -> {
            Tensor y = x;
            for (Layer layer : layers) {
                y = layer.forward(y, step);
            }
            return step.ops().convert(y, DType.F32);
        };
    }
}

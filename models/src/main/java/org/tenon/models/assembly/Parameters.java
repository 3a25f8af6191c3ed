package org.tenon.models.assembly;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.tenon.api.backend.WeightSource;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Projection;
import org.tenon.api.program.ProgramWriter;
import org.tenon.api.tensor.DType;
import org.tenon.api.tensor.Tensor;

/** The parameters of a model as tensors of its program, one for each path. Confined to the thread that writes the program. */
final class Parameters {
    private final Blueprint blueprint;
    private final Function<String, WeightSource> weights;
    private final ProgramWriter writer;
    private final Map<String, Tensor> known = new HashMap<>();

    Parameters(Blueprint blueprint, Function<String, WeightSource> weights, ProgramWriter writer) {
        this.blueprint = blueprint;
        this.weights = weights;
        this.writer = writer;
    }

    /** A parameter by path, or the one that it is shared with. */
    Tensor tensor(String path) {
        String home = blueprint.shared().getOrDefault(path, path);
        Declaration.Parameter parameter = blueprint.parameters().get(home);
        if (parameter == null) {
            throw new IllegalArgumentException("a layer asks for " + path + ", which it didn't declare");
        }
        return known.computeIfAbsent(home, name -> writer.weight(source(name, parameter)));
    }

    private WeightSource source(String path, Declaration.Parameter parameter) {
        WeightSource source = weights.apply(path);
        if (!source.shape().equals(parameter.shape())) {
            throw new IllegalArgumentException(
                    path + " has shape " + source.shape() + " and should have " + parameter.shape());
        }
        return parameter.matrix() ? source : source.as(DType.F32);
    }

    Projection projection(LayerNode<?> node, String name) {
        List<Declaration.Segment> segments = node.declaration().projections().get(name);
        if (segments == null) {
            throw new IllegalArgumentException(
                    node.path() + " asks for the projection " + name + ", which it didn't declare");
        }
        Map<String, Tensor> matrices = new LinkedHashMap<>();
        List<JoinedSource.Part> biases = new ArrayList<>();
        for (Declaration.Segment segment : segments) {
            String path = node.path(segment.name().isEmpty() ? name : name + "." + segment.name());
            matrices.put(segment.name(), tensor(path + ".weight"));
            Optional<WeightSource> bias =
                    segment.bias() ? Optional.of(weights.apply(path + ".bias")) : Optional.empty();
            biases.add(new JoinedSource.Part(segment.out(), bias));
        }
        boolean biased = biases.stream().anyMatch(part -> part.source().isPresent());
        return new Projection(
                matrices,
                biased
                        ? Optional.of(writer.weight(new JoinedSource(node.path(name) + ".bias", biases)))
                        : Optional.empty());
    }
}

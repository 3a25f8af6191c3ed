package org.tenon.conformance.onnx;

import java.util.Map;
import java.util.Optional;
import org.tenon.api.config.Config;

/** A case as ONNX publishes it: inputs by their places in the node, the first output. */
record OnnxCase(String name, String op, Config attributes, Map<Integer, OnnxTensor> inputs, OnnxTensor output) {
    OnnxTensor input(int place) {
        return optional(place).orElseThrow(() -> new IllegalStateException(name + " has no input " + place));
    }

    Optional<OnnxTensor> optional(int place) {
        return Optional.ofNullable(inputs.get(place));
    }

    int integer(String attribute, int otherwise) {
        return attributes.integer(attribute, otherwise);
    }

    boolean flag(String attribute) {
        return integer(attribute, 0) != 0;
    }
}

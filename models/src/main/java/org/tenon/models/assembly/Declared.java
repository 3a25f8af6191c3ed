package org.tenon.models.assembly;

import java.util.LinkedHashMap;
import java.util.Map;
import org.tenon.api.layer.Declaration;

/**
 * What the layers of a model declare, gathered by path in the order of the model.
 *
 * @param parameters the parameters
 * @param shared where parameters are declared that a layer takes from another
 * @param sites what is kept for each sequence
 */
record Declared(
        Map<String, Declaration.Parameter> parameters, Map<String, String> shared, Map<String, Blueprint.Site> sites) {
    Declared() {
        this(new LinkedHashMap<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
    }
}

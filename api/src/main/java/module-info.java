import org.jspecify.annotations.NullMarked;

/** The contract of Tenon: tensors, ops, programs, backends, layers, memories, tokenizers and models. */
@NullMarked
module org.tenon.api {
    requires static transitive org.jspecify;

    exports org.tenon.api;
    exports org.tenon.api.backend;
    exports org.tenon.api.config;
    exports org.tenon.api.op;
    exports org.tenon.api.tensor;
    exports org.tenon.api.text;
    exports org.tenon.api.layer;
    exports org.tenon.api.model;
    exports org.tenon.api.program;
}

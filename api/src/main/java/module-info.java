import org.jspecify.annotations.NullMarked;

/** The contract of Tenon: tensors, ops, programs, backends, layers, memories, tokenizers and models. */
@NullMarked
module org.tenon.api {
    requires static transitive org.jspecify;
}

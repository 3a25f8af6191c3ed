import org.jspecify.annotations.NullMarked;

/** The tokenizers of Tenon, read from tokenizer.json, and chat templates. */
@NullMarked
@SuppressWarnings("requires-automatic")
module org.tenon.tokenizers {
    requires transitive org.tenon.api;
    requires com.fasterxml.jackson.databind;
    requires jinjava;
}

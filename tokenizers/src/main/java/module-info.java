import org.jspecify.annotations.NullMarked;

/** The tokenizers of Tenon, read from tokenizer.json, and chat templates. */
@NullMarked
@SuppressWarnings("requires-automatic")
module org.tenon.tokenizers {
    exports org.tenon.tokenizers;

    requires transitive org.tenon.api;
    requires com.fasterxml.jackson.databind;
    requires jinjava;

    // An automatic module can't say what it needs: this is what Jinjava does.
    requires com.fasterxml.jackson.dataformat.yaml;
    requires com.fasterxml.jackson.datatype.jdk8;
    requires com.google.common;
    requires org.apache.commons.lang3;
    requires org.slf4j;
}

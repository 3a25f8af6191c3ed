package org.tenon.api.model;

/**
 * A checkpoint format, as far as it decides on names. The set is open.
 *
 * @param name the format's name
 */
public record Format(String name) {
    /** A folder as Hugging Face Transformers writes it: {@code config.json} and safetensors. */
    public static final Format HUGGING_FACE = new Format("huggingface");
}

import org.jspecify.annotations.NullMarked;

/** The model families of Tenon, checkpoint formats, assembly and generation. */
@NullMarked
@SuppressWarnings("requires-automatic")
module org.tenon.models {
    requires transitive org.tenon.api;
    requires transitive org.tenon.layers;
    requires transitive org.tenon.tokenizers;
    requires com.fasterxml.jackson.core;
    requires com.google.guice;
    requires jakarta.inject; // Guice is an automatic module and names nothing that it needs
    requires jdk.jfr;

    exports org.tenon.models;
    exports org.tenon.models.architecture;
    exports org.tenon.models.assembly;
    exports org.tenon.models.checkpoint;
    exports org.tenon.models.evaluation;
    exports org.tenon.models.family;
    exports org.tenon.models.golden;
    exports org.tenon.models.loading;
    exports org.tenon.models.observe;
    exports org.tenon.models.plugin;
    exports org.tenon.models.sampling;

    uses org.tenon.api.backend.BackendProvider;
    uses org.tenon.api.layer.LayerProvider;
    uses org.tenon.api.model.ModelFamily;

    provides org.tenon.api.model.ModelFamily with
            org.tenon.models.family.Bamba,
            org.tenon.models.family.Bert,
            org.tenon.models.family.FalconMamba,
            org.tenon.models.family.Gemma2,
            org.tenon.models.family.Gpt2,
            org.tenon.models.family.Jamba,
            org.tenon.models.family.Llama,
            org.tenon.models.family.Mamba2Family,
            org.tenon.models.family.MambaFamily,
            org.tenon.models.family.Mistral,
            org.tenon.models.family.Mixtral,
            org.tenon.models.family.Phi3,
            org.tenon.models.family.Qwen2,
            org.tenon.models.family.Qwen3,
            org.tenon.models.family.T5,
            org.tenon.models.family.TenonTree;
}

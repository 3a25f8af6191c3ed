import org.jspecify.annotations.NullMarked;

/** The technology compatibility kit of Tenon backends: extend {@link org.tenon.conformance.BackendConformance}. */
@NullMarked
module org.tenon.conformance {
    requires transitive org.tenon.api;
    requires transitive org.junit.jupiter.api;
    requires org.tenon.models;
    requires java.management;

    uses org.tenon.api.backend.BackendProvider;

    exports org.tenon.conformance;
    exports org.tenon.conformance.cases;
    exports org.tenon.conformance.execution;
    exports org.tenon.conformance.law;
    exports org.tenon.conformance.life;
    exports org.tenon.conformance.mutant;
    exports org.tenon.conformance.onnx;
    exports org.tenon.conformance.oracle;
    exports org.tenon.conformance.report;
    exports org.tenon.conformance.suite;
    exports org.tenon.conformance.trial;

    opens org.tenon.conformance to
            org.junit.platform.commons;
}

import org.jspecify.annotations.NullMarked;

/** The command line tool of Tenon. */
@NullMarked
module org.tenon.cli {
    requires com.fasterxml.jackson.core;
    requires info.picocli;
    requires java.logging;
    requires java.management;
    requires jdk.management;
    requires org.jline.reader;
    requires org.jline.terminal;
    requires org.tenon.conformance;
    requires org.tenon.demo.models;
    requires org.tenon.models;

    uses org.tenon.api.backend.BackendProvider;
    uses org.tenon.api.model.ModelFamily;

    // Java makes the logging configuration by its name.
    exports org.tenon.cli to
            java.logging;

    opens org.tenon.cli to
            info.picocli;
    opens org.tenon.cli.command to
            info.picocli;
}

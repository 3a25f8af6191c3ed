import org.jspecify.annotations.NullMarked;

/** The command line tool of Tenon. */
@NullMarked
module org.tenon.cli {
    requires info.picocli;
    requires org.tenon.models;

    opens org.tenon.cli to
            info.picocli;
}

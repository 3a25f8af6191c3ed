import org.jspecify.annotations.NullMarked;

/** Small models that Tenon's samples carry with them. */
@NullMarked
module org.tenon.demo.models {
    requires transitive org.tenon.api;

    exports org.tenon.demo.models;
}

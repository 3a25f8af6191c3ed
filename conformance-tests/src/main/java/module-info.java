import org.jspecify.annotations.NullMarked;

/** The technology compatibility kit of Tenon backends. It holds no cases yet. */
@NullMarked
module org.tenon.conformance {
    requires transitive org.tenon.api;
}

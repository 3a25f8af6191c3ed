import org.jspecify.annotations.NullMarked;

/** The CPU backend of Tenon: oneDNN where its native library can be loaded, plain Java elsewhere. */
@NullMarked
module org.tenon.backend.cpu {
    requires org.tenon.api;
}

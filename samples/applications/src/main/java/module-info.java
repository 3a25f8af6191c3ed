import org.jspecify.annotations.NullMarked;

/** Example programs of Tenon, compiled and run as tests. */
@NullMarked
module org.tenon.samples.applications {
    requires org.tenon.models;
}

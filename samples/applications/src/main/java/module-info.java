import org.jspecify.annotations.NullMarked;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.model.ModelFamily;
import org.tenon.samples.applications.acme.AcmeLm;
import org.tenon.samples.applications.acme.DynamicTanhProvider;

/** Example programs of Tenon, compiled and run as tests. */
@NullMarked
module org.tenon.samples.applications {
    requires transitive org.tenon.models;

    exports org.tenon.samples.applications;
    exports org.tenon.samples.applications.acme;

    provides LayerProvider with
            DynamicTanhProvider;
    provides ModelFamily with
            AcmeLm;
}

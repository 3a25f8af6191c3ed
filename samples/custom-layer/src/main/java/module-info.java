import com.example.retention.RetentionProvider;
import org.tenon.api.layer.LayerProvider;

/** Retention, a token mixer that Tenon doesn't know, as a third party adds it. */
module com.example.retention {
    requires transitive org.tenon.api;

    exports com.example.retention;

    provides LayerProvider with
            RetentionProvider;
}

import com.example.retention.RetentionProvider;
import com.example.retention.ShiftProvider;
import org.tenon.api.layer.LayerProvider;

/** Retention and token shift, layers that Tenon doesn't know, as a third party adds them. */
module com.example.retention {
    requires transitive org.tenon.api;

    exports com.example.retention;

    provides LayerProvider with
            RetentionProvider,
            ShiftProvider;
}

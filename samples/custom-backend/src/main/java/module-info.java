import com.example.plain.PlainProvider;
import org.tenon.api.backend.BackendProvider;

/** A backend of plain loops, as a third party writes it. */
module com.example.plain {
    requires org.tenon.api;

    provides BackendProvider with
            PlainProvider;
}

import org.jspecify.annotations.NullMarked;
import org.tenon.api.backend.BackendProvider;
import org.tenon.backend.opencl.OpenClProvider;

/** The OpenCL backend of Tenon: any device that the system's ICD loader knows. */
@NullMarked
module org.tenon.backend.opencl {
    requires jdk.management;
    requires transitive org.tenon.api;

    exports org.tenon.backend.opencl;

    provides BackendProvider with
            OpenClProvider;
}

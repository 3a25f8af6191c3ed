import org.jspecify.annotations.NullMarked;
import org.tenon.api.backend.BackendProvider;
import org.tenon.backend.cpu.CpuProvider;

/** The CPU backend of Tenon: oneDNN where its native library can be loaded, plain Java elsewhere. */
@NullMarked
module org.tenon.backend.cpu {
    requires jdk.management;
    requires transitive org.tenon.api;

    exports org.tenon.backend.cpu;

    provides BackendProvider with
            CpuProvider;
}

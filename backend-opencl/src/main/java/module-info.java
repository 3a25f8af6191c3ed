import org.jspecify.annotations.NullMarked;

/** The OpenCL backend of Tenon. It holds no kernels yet. */
@NullMarked
module org.tenon.backend.opencl {
    requires org.tenon.api;
}

import org.jspecify.annotations.NullMarked;

/** The CUDA backend of Tenon. It holds no kernels yet. */
@NullMarked
module org.tenon.backend.cuda {
    requires org.tenon.api;
}

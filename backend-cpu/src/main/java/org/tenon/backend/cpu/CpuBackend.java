package org.tenon.backend.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.tenon.api.backend.Backend;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.KernelBackend;
import org.tenon.api.op.Activate;
import org.tenon.api.op.Attention;
import org.tenon.api.op.Binary;
import org.tenon.api.op.CacheWrite;
import org.tenon.api.op.CausalConv;
import org.tenon.api.op.Convert;
import org.tenon.api.op.Embedding;
import org.tenon.api.op.Experts;
import org.tenon.api.op.Fill;
import org.tenon.api.op.Gated;
import org.tenon.api.op.Gather;
import org.tenon.api.op.Iota;
import org.tenon.api.op.LayerNorm;
import org.tenon.api.op.Linear;
import org.tenon.api.op.MatMul;
import org.tenon.api.op.Reduce;
import org.tenon.api.op.RmsNorm;
import org.tenon.api.op.Rope;
import org.tenon.api.op.Route;
import org.tenon.api.op.Scatter;
import org.tenon.api.op.Select;
import org.tenon.api.op.SelectiveScan;
import org.tenon.api.op.StateSpaceDual;
import org.tenon.api.op.Unary;
import org.tenon.api.tensor.Layout;
import org.tenon.backend.cpu.ffi.DnnEngine;
import org.tenon.backend.cpu.ffi.HugePages;
import org.tenon.backend.cpu.ffi.NativeKernels;
import org.tenon.backend.cpu.ffi.OneDnn;
import org.tenon.backend.cpu.ffi.ProductKernel;
import org.tenon.backend.cpu.ffi.Reading;
import org.tenon.backend.cpu.ffi.RowKernels;

/** The list of kernels. */
final class CpuBackend {
    private CpuBackend() {}

    /**
     * Opens the backend.
     *
     * @param threads how many compute, the calling one included
     * @param memoryBytes the most that models may use
     * @param library oneDNN, if it is there
     * @param kernels our own C kernels, if they are there
     * @param batchInvariant whether a row's results may depend on nothing else in a step
     * @return the backend; the caller closes it
     */
    static Backend open(
            int threads,
            long memoryBytes,
            Optional<OneDnn> library,
            Optional<NativeKernels> kernels,
            boolean batchInvariant) {
        WorkerPool pool = new WorkerPool(threads);
        Optional<DnnEngine> engine = library.map(there -> there.engine(threads));
        Optional<ProductKernel> product = kernels.map(there -> new ProductKernel(there, threads));
        Workers workers = new Workers(pool, new Scratch(pool.size()));
        Elementwise elementwise = new Elementwise(workers);
        Optional<RowKernels> rows = RowKernels.of(kernels);
        Norms norms = new Norms(workers, rows);
        Copies copies = new Copies(workers);
        Products products = new Products(workers, engine, product, batchInvariant);
        Scans scans = new Scans(workers, kernels);
        Gates gates = new Gates(workers, rows);
        Mixtures mixtures = new Mixtures(workers, product, rows, batchInvariant);
        HostMemory memory = kernels.map(HugePages::of)
                .map(pages ->
                        new HostMemory(CpuProvider.NAME, memoryBytes, (arena, bytes) -> allocate(pages, arena, bytes)))
                .orElseGet(() -> new HostMemory(CpuProvider.NAME, memoryBytes));
        return KernelBackend.on(CpuProvider.NAME, memory, HostMemory.queue())
                .layout(Layout.DENSE, new DenseWeights(memory, pool, kernels.isPresent())::arrange)
                .kernel(Fill.class, elementwise::fill)
                .kernel(Iota.class, elementwise::iota)
                .kernel(Convert.class, elementwise::convert)
                .kernel(Unary.class, elementwise::unary)
                .kernel(Binary.class, elementwise::binary)
                .kernel(Select.class, elementwise::select)
                .kernel(Reduce.class, norms::reduce)
                .kernel(RmsNorm.class, norms::rmsNorm)
                .kernel(LayerNorm.class, norms::layerNorm)
                .kernel(MatMul.class, products::matmul)
                .kernel(Linear.class, products::linear)
                .kernel(Gather.class, copies::gather)
                .kernel(Scatter.class, copies::scatter)
                .kernel(Embedding.class, copies::embedding)
                .kernel(CacheWrite.class, copies::cacheWrite)
                .kernel(Rope.class, new Rotations(workers, rows)::rope)
                .kernel(Gated.class, gates::gated)
                .kernel(Activate.class, gates::activate)
                .kernel(Route.class, new Routes(workers)::route)
                .kernel(Experts.class, mixtures::experts)
                .kernel(Attention.class, new Attentions(workers, kernels)::attention)
                .kernel(CausalConv.class, scans::conv)
                .kernel(SelectiveScan.class, scans::selective)
                .kernel(StateSpaceDual.class, scans::dual)
                .roof(shapes -> kernels.flatMap(there -> product.map(
                        kernel -> new CpuRoof(workers, memory, new Reading(there), engine, kernel).measure(shapes))))
                .closing(() -> {
                    pool.close();
                    engine.ifPresent(DnnEngine::close);
                    product.ifPresent(ProductKernel::close);
                })
                .build();
    }

    /** Large memory in huge pages, small memory in the JVM's own way. */
    private static MemorySegment allocate(HugePages pages, Arena arena, long bytes) {
        return bytes < HugePages.PAGE
                ? arena.allocate(bytes, 64)
                : pages.allocate(arena, bytes).orElseThrow(() -> new OutOfMemoryError("mmap of " + bytes + " bytes"));
    }
}

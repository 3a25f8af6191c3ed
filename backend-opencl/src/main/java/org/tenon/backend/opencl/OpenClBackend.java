package org.tenon.backend.opencl;

import org.tenon.api.backend.Backend;
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
import org.tenon.api.op.TopK;
import org.tenon.api.op.Unary;
import org.tenon.backend.opencl.ffi.BinaryCache;
import org.tenon.backend.opencl.ffi.ClContext;
import org.tenon.backend.opencl.ffi.ClDevice;

/** The list of kernels. */
final class OpenClBackend {
    private OpenClBackend() {}

    /**
     * Opens the backend.
     *
     * @param device the device
     * @param memoryBytes the most that models may use
     * @param cache keeps compiled programs
     * @param variant how work is cut
     * @param batchInvariant whether a row's results may depend on nothing else in a step
     * @return the backend; the caller closes it
     */
    static Backend open(ClDevice device, long memoryBytes, BinaryCache cache, Variant variant, boolean batchInvariant) {
        ClContext context = device.open();
        Kernels kernels = new Kernels(context, cache, device, variant);
        ClQueue queue = new ClQueue(context, kernels);
        Elementwise elementwise = new Elementwise(kernels);
        Rows rows = new Rows(kernels);
        Products products = new Products(kernels, batchInvariant);
        Scans scans = new Scans(kernels);
        Mixtures mixtures = new Mixtures(kernels, batchInvariant);
        ClMemory memory = new ClMemory(context, memoryBytes, device.largestBuffer());
        return KernelBackend.on(OpenClProvider.NAME, memory, queue)
                .kernel(Fill.class, elementwise::fill)
                .kernel(Iota.class, elementwise::iota)
                .kernel(Convert.class, elementwise::convert)
                .kernel(Unary.class, elementwise::unary)
                .kernel(Binary.class, elementwise::binary)
                .kernel(Select.class, elementwise::select)
                .kernel(Reduce.class, rows::reduce)
                .kernel(Gather.class, rows::gather)
                .kernel(Scatter.class, rows::scatter)
                .kernel(TopK.class, new Best(kernels)::topK)
                .kernel(MatMul.class, products::matmul)
                .layout(Panels.LAYOUT, new Panels(kernels, memory, queue)::arrange)
                .kernel(Linear.class, products::linear)
                .kernel(Attention.class, new Attentions(kernels)::attention)
                .kernel(CausalConv.class, scans::conv)
                .kernel(Route.class, mixtures::route)
                .kernel(Experts.class, mixtures::experts)
                .kernel(SelectiveScan.class, scans::selective)
                .kernel(StateSpaceDual.class, scans::dual)
                .kernel(RmsNorm.class, rows::rmsNorm)
                .kernel(LayerNorm.class, rows::layerNorm)
                .kernel(Rope.class, rows::rope)
                .kernel(Embedding.class, rows::embedding)
                .kernel(CacheWrite.class, rows::cacheWrite)
                .kernel(Activate.class, elementwise::activate)
                .kernel(Gated.class, elementwise::gated)
                .closing(() -> {
                    kernels.close();
                    context.close();
                })
                .build();
    }
}

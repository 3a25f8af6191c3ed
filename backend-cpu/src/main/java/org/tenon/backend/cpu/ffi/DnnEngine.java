package org.tenon.backend.cpu.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.tenon.api.tensor.DType;

/**
 * oneDNN on the processor, for threads of our own: each worker has its stream and its scratch memory, and OpenMP is kept to one thread. Products are made
 * from one thread at a time, and each is run by many.
 */
public final class DnnEngine implements AutoCloseable {
    private static final int CPU = 1;
    private static final int IN_ORDER = 1;
    private static final int SCRATCHPAD_BY_USER = 1;
    private static final int QUERY_IMPLEMENTATION = 8;
    private static final int QUERY_SCRATCHPAD = 136;

    private static final Map<DType, Integer> TYPES = Map.of(DType.F16, 1, DType.BF16, 2, DType.F32, 3);

    private final Dnnl dnnl;
    private final long engine;
    private final long attributes;
    private final long[] streams;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment[] scratch;
    private final Map<DnnProduct.Sizes, Optional<DnnProduct>> products = new HashMap<>();
    private boolean closed;

    DnnEngine(Dnnl dnnl, int workers) {
        this.dnnl = dnnl;
        engine = dnnl.create("dnnl_engine_create", CPU, 0L);
        attributes = dnnl.create("dnnl_primitive_attr_create");
        dnnl.call("dnnl_primitive_attr_set_scratchpad_mode", attributes, SCRATCHPAD_BY_USER);
        streams = new long[workers];
        scratch = new MemorySegment[workers];
        for (int i = 0; i < workers; i++) {
            streams[i] = dnnl.create("dnnl_stream_create", engine, IN_ORDER);
            scratch[i] = arena.allocate(64, 64);
        }
    }

    /**
     * The product of given sizes, made when it is first asked for.
     *
     * @param sizes its sizes and types
     * @return the product; nothing where oneDNN has none, or none but its slow reference
     */
    public Optional<DnnProduct> product(DnnProduct.Sizes sizes) {
        return products.computeIfAbsent(sizes, this::make);
    }

    private Optional<DnnProduct> make(DnnProduct.Sizes sizes) {
        if (!TYPES.keySet().containsAll(List.of(sizes.x(), sizes.weight(), sizes.y()))) {
            return Optional.empty();
        }
        dnnl.useOneThread(); // a primitive is made for as many threads as its maker may use
        List<Long> descs = new ArrayList<>();
        try {
            descs.add(desc(sizes.x(), sizes.rows(), sizes.inner(), sizes.xStride(), 1));
            descs.add(desc(sizes.weight(), sizes.inner(), sizes.columns(), sizes.weightInner(), sizes.weightColumn()));
            descs.add(desc(sizes.y(), sizes.rows(), sizes.columns(), sizes.yStride(), 1));
            if (sizes.bias()) {
                descs.add(desc(DType.F32, 1, sizes.columns(), sizes.columns(), 1));
            }
            long bias = sizes.bias() ? descs.get(3) : 0L;
            Optional<Long> made = dnnl.tryCreate(
                    "dnnl_matmul_primitive_desc_create",
                    engine,
                    descs.get(0),
                    descs.get(1),
                    bias,
                    descs.get(2),
                    attributes);
            if (made.isEmpty()) {
                return Optional.empty();
            }
            try {
                return implementation(made.get()).contains("ref")
                        ? Optional.empty()
                        : Optional.of(product(made.get(), descs));
            } finally {
                dnnl.call("dnnl_primitive_desc_destroy", made.get());
            }
        } finally {
            descs.forEach(desc -> dnnl.call("dnnl_memory_desc_destroy", desc));
        }
    }

    private DnnProduct product(long primitiveDesc, List<Long> descs) {
        long scratchDesc = dnnl.queryDesc(primitiveDesc, QUERY_SCRATCHPAD);
        growScratch(dnnl.bytes(scratchDesc));
        long primitive = dnnl.create("dnnl_primitive_create", primitiveDesc);
        List<Long> all = new ArrayList<>(descs);
        all.add(3, scratchDesc); // before the bias, which may be missing
        DnnProduct.Arguments[] arguments = new DnnProduct.Arguments[streams.length];
        for (int worker = 0; worker < arguments.length; worker++) {
            long[] memories = all.stream()
                    .mapToLong(desc -> dnnl.create("dnnl_memory_create", desc, engine, 0L))
                    .toArray();
            arguments[worker] = new DnnProduct.Arguments(memories, arena);
        }
        return new DnnProduct(this, primitive, arguments);
    }

    /** Scratch memory never shrinks; a product takes the address anew at each run. */
    private void growScratch(long bytes) {
        if (scratch[0].byteSize() < bytes) {
            for (int i = 0; i < scratch.length; i++) {
                scratch[i] = arena.allocate(bytes, 64);
            }
        }
    }

    private long desc(DType type, long rows, long columns, long rowStride, long columnStride) {
        try (Arena confined = Arena.ofConfined()) {
            MemorySegment dims = confined.allocateFrom(ValueLayout.JAVA_LONG, rows, columns);
            MemorySegment strides = confined.allocateFrom(ValueLayout.JAVA_LONG, rowStride, columnStride);
            return dnnl.create(
                    "dnnl_memory_desc_create_with_strides", 2, dims, Objects.requireNonNull(TYPES.get(type)), strides);
        }
    }

    @SuppressWarnings("restricted") // the string's length is what its end says
    private String implementation(long primitiveDesc) {
        try (Arena confined = Arena.ofConfined()) {
            MemorySegment text = confined.allocate(ValueLayout.ADDRESS);
            dnnl.call("dnnl_primitive_desc_query", primitiveDesc, QUERY_IMPLEMENTATION, 0, text);
            return text.get(ValueLayout.ADDRESS, 0).reinterpret(256).getString(0);
        }
    }

    Dnnl functions() {
        return dnnl;
    }

    long stream(int worker) {
        return streams[worker];
    }

    long scratch(int worker) {
        return scratch[worker].address();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        products.values().forEach(product -> product.ifPresent(DnnProduct::close));
        for (long stream : streams) {
            dnnl.call("dnnl_stream_destroy", stream);
        }
        dnnl.call("dnnl_primitive_attr_destroy", attributes);
        dnnl.call("dnnl_engine_destroy", engine);
        arena.close();
    }
}

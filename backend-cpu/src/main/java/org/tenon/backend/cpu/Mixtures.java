package org.tenon.backend.cpu;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tenon.api.backend.HostMemory;
import org.tenon.api.backend.Lookup;
import org.tenon.api.op.Experts;
import org.tenon.api.tensor.Buffer;
import org.tenon.api.tensor.Tensor;
import org.tenon.backend.cpu.ffi.CType;
import org.tenon.backend.cpu.ffi.ProductKernel;
import org.tenon.backend.cpu.ffi.RowKernels;

/**
 * Mixtures of experts: rows are sorted by expert, and each expert's are multiplied together, by our own C kernel or in plain Java. A row's result depends on nothing
 * but the row where the C kernel is there or batch invariance is asked for.
 */
final class Mixtures {
    private final Workers workers;
    private final Optional<ProductKernel> products;
    private final Optional<RowKernels> rows;
    private final boolean batchInvariant;
    private final Tile[] tiles;
    private final FewRows[] few;

    /**
     * Mixtures.
     *
     * @param workers do the work
     * @param products our own C kernel for products, if it is there
     * @param rows our own C kernels for activations, if they are there
     * @param batchInvariant whether an element may depend on nothing but its row and its weights
     */
    Mixtures(Workers workers, Optional<ProductKernel> products, Optional<RowKernels> rows, boolean batchInvariant) {
        this.workers = workers;
        this.products = products;
        this.rows = rows;
        this.batchInvariant = batchInvariant;
        int size = workers.pool().size();
        tiles = IntStream.range(0, size).mapToObj(_ -> new Tile()).toArray(Tile[]::new);
        few = IntStream.range(0, size).mapToObj(_ -> new FewRows()).toArray(FewRows[]::new);
    }

    Lookup<Experts.In<Buffer>> experts(Experts op, Experts.In<Tensor> in, List<Tensor> out) {
        boolean inC = products.isPresent()
                && List.of(in.x(), in.gate(), in.up(), in.down()).stream().allMatch(one -> CType.known(one.type()));
        return Lookup.<Experts.In<Buffer>>kernel((operands, outputs, workspace) -> {
                    View gate = new View(operands.gate());
                    MixtureRooms rooms = new MixtureRooms(
                            HostMemory.segment(workspace),
                            workers.pool().size(),
                            operands.x().type(),
                            gate.width(),
                            Math.toIntExact(gate.shape().size(1)));
                    return new Mixture(
                            workers,
                            operands,
                            new View(outputs.getFirst()),
                            rooms,
                            product(inC, rooms.x(), gate),
                            product(inC, rooms.x(), new View(operands.up())),
                            product(inC, rooms.between(), new View(operands.down())),
                            Gates.gate(
                                    workers, rows, op.activation(), operands.x().type()));
                })
                .workspace(step -> MixtureRooms.bytes(
                        workers.pool().size(),
                        in.x().type(),
                        in.x().width(),
                        in.gate().shape().size(1),
                        in.ids().shape().elements(step)));
    }

    private PickedProduct product(boolean inC, Matrix x, View bundle) {
        Matrix rowsOfAll = Matrix.of(bundle);
        if (inC) {
            return PickedProduct.in(products.orElseThrow(), workers.pool().size(), x, rowsOfAll, bundle.width());
        }
        for (int i = 0; i < tiles.length; i++) {
            tiles[i].reserveMany();
            few[i].reserve(bundle.width());
        }
        return PickedProduct.in(tiles, few, batchInvariant, x, rowsOfAll, bundle.width());
    }
}

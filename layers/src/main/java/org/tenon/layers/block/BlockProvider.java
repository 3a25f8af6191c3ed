package org.tenon.layers.block;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tenon.api.config.Config;
import org.tenon.api.layer.Declaration;
import org.tenon.api.layer.Dims;
import org.tenon.api.layer.InvalidLayer;
import org.tenon.api.layer.Layer;
import org.tenon.api.layer.LayerContext;
import org.tenon.api.layer.LayerProvider;
import org.tenon.api.layer.SpecCodec;
import org.tenon.api.layer.SpecType;

/** Provides {@link Block}. */
public final class BlockProvider implements LayerProvider<Block> {
    private static final SpecType<Block> TYPE =
            new SpecType<>("tenon/block", Block.class, BlockProvider::write, BlockProvider::read);

    /** Made by {@link java.util.ServiceLoader}. */
    public BlockProvider() {}

    @Override
    public SpecType<Block> type() {
        return TYPE;
    }

    private static Config write(Block spec, SpecCodec parts) {
        List<Config> branches = new ArrayList<>();
        for (Branch branch : spec.branches()) {
            Config tree = Config.object().with("name", branch.name());
            if (branch.before().isPresent()) {
                tree = tree.with("before", parts.write(branch.before().get()));
            }
            tree = tree.with("body", parts.write(branch.body()));
            if (branch.after().isPresent()) {
                tree = tree.with("after", parts.write(branch.after().get()));
            }
            if (branch.onSum().isPresent()) {
                tree = tree.with("onSum", parts.write(branch.onSum().get()));
            }
            branches.add(branch.multiplier() == 1 ? tree : tree.with("multiplier", branch.multiplier()));
        }
        return Config.object().with("branches", branches);
    }

    private static Block read(Config tree, SpecCodec parts) {
        return new Block(tree.list("branches").stream()
                .map(branch -> new Branch(
                        branch.text("name"),
                        branch.optional("before").map(parts::read),
                        parts.read(branch.child("body")),
                        branch.optional("after").map(parts::read),
                        branch.decimal("multiplier", 1),
                        branch.optional("onSum").map(parts::read)))
                .toList());
    }

    @Override
    public Declaration declare(Block spec, Dims dims) {
        check(spec);
        Declaration declaration = new Declaration();
        for (Branch branch : spec.branches()) {
            branch.before().ifPresent(norm -> declaration.child(before(branch), norm, dims.hidden()));
            declaration.child(branch.name(), branch.body(), dims.hidden());
            branch.after().ifPresent(norm -> declaration.child(after(branch), norm, dims.hidden()));
            branch.onSum().ifPresent(norm -> declaration.child(onSum(branch), norm, dims.hidden()));
        }
        return declaration;
    }

    private static void check(Block spec) {
        InvalidLayer.Check check =
                InvalidLayer.check().that(!spec.branches().isEmpty(), "branches", "a block has at least one");
        Set<String> names = new HashSet<>();
        for (Branch branch : spec.branches()) {
            check.that(
                            branch.name().matches("[a-z][A-Za-z0-9]*"),
                            "branches",
                            "a name is a small letter, then letters and digits, not \"" + branch.name() + "\"")
                    .that(
                            Double.isFinite(branch.multiplier()),
                            branch.name() + ".multiplier",
                            branch.multiplier() + " is not a finite number");
            for (String name : List.of(branch.name(), before(branch), after(branch), onSum(branch))) {
                check.that(names.add(name), "branches", "two are called " + name);
            }
        }
        check.done();
    }

    private static String before(Branch branch) {
        return branch.name() + "Norm";
    }

    private static String after(Branch branch) {
        return branch.name() + "PostNorm";
    }

    private static String onSum(Branch branch) {
        return branch.name() + "SumNorm";
    }

    @Override
    public Layer build(Block spec, LayerContext context) {
        List<BlockLayer.Part> parts = spec.branches().stream()
                .map(branch -> new BlockLayer.Part(
                        branch.before().map(norm -> context.child(before(branch))),
                        context.child(branch.name()),
                        branch.after().map(norm -> context.child(after(branch))),
                        branch.multiplier(),
                        branch.onSum().map(norm -> context.child(onSum(branch)))))
                .toList();
        return new BlockLayer(parts);
    }
}

package org.tenon.api.program;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tenon.api.op.Roles;
import org.tenon.api.tensor.StepShape;
import org.tenon.api.tensor.Tensor;
import org.tenon.api.tensor.TensorSpec;

/**
 * Where in one arena the tensors of a step lie. Tensors that are never needed at the same time share bytes; an output takes its operand's
 * where the op permits it.
 */
final class Plan {
    private static final long ALIGNMENT = 64;

    private final Map<Tensor, Long> offsets = new HashMap<>();
    private long bytes;

    /** From the first write to the last read, both positions in the list. */
    private static final class Life {
        final int start;
        final List<Integer> loops;
        final long bytes;
        int end;
        Life holder = this;

        Life(int start, List<Integer> loops, long bytes) {
            this.start = start;
            this.end = start;
            this.loops = loops;
            this.bytes = bytes;
        }

        Life holder() {
            Life life = this;
            while (life.holder != life) {
                life = life.holder;
            }
            return life;
        }
    }

    private final Values values;
    private final StepShape bounds;
    private final Map<Tensor, Life> lives = new LinkedHashMap<>();
    private final Map<Integer, Integer> loopEnds = new HashMap<>();

    Plan(Values values, StepShape bounds, List<Node> step) {
        this.values = values;
        this.bounds = bounds;
        number(step, 0);
        live(step, 0, new ArrayDeque<>());
        int last = Integer.MAX_VALUE;
        for (Tensor output : values.outputs()) {
            Life life = lives.get(output);
            if (life != null) {
                life.end = last;
            }
        }
        share(step, 0);
        place();
    }

    /** {@return the arena's size} */
    long bytes() {
        return bytes;
    }

    /** Where a tensor's root begins; nothing that the plan doesn't hold is asked for. */
    long offset(Tensor root) {
        Long offset = offsets.get(root);
        if (offset == null) {
            throw new IllegalStateException(root + " is read and nobody wrote it");
        }
        return offset;
    }

    /** Positions: a call takes one, a loop takes one at its beginning and one at its end. */
    private int number(List<Node> nodes, int position) {
        int at = position;
        for (Node node : nodes) {
            if (node instanceof Node.Loop loop) {
                int begin = at;
                at = number(loop.body(), at + 1);
                loopEnds.put(begin, at);
            }
            at++;
        }
        return at;
    }

    private int live(List<Node> nodes, int position, Deque<Integer> loops) {
        int at = position;
        for (Node node : nodes) {
            switch (node) {
                case Node.Call<?, ?> call -> live(call, at, loops);
                case Node.Loop loop -> {
                    loops.addLast(at);
                    at = live(loop.body(), at + 1, loops);
                    loops.removeLast();
                }
            }
            at++;
        }
        return at;
    }

    private void live(Node.Call<?, ?> call, int at, Deque<Integer> loops) {
        call.in().map(new Roles<Tensor, Tensor>() {
            @Override
            public Tensor take(Role role, String name, Tensor operand) {
                if (planned(operand.root())) {
                    Life life = lives.get(operand.root());
                    if (life == null) {
                        throw new IllegalStateException(Listing.line(call) + " reads " + name + ", which nobody wrote");
                    }
                    extend(life, at, loops);
                }
                return operand;
            }
        });
        for (Tensor out : call.out()) {
            Tensor root = out.root();
            if (planned(root)) {
                lives.computeIfAbsent(
                        root,
                        tensor -> new Life(at, List.copyOf(loops), Math.max(ALIGNMENT, room(tensor.spec(), bounds))));
                extend(lives.get(root), at, loops);
            }
        }
    }

    /** The bytes that a tensor takes; where it has no row, those of one, so that its columns have a place all the same. */
    static long room(TensorSpec spec, StepShape bounds) {
        long row = spec.shape().rank() == 1 ? 0 : spec.stride(0);
        return Math.max(row, spec.bytes(bounds));
    }

    private boolean planned(Tensor root) {
        Values.Kind kind = values.kind(root);
        return kind == Values.Kind.TEMPORARY || kind == Values.Kind.VARIABLE;
    }

    /** What is used in a loop that it wasn't written in first lives until the loop ends. */
    private void extend(Life life, int at, Deque<Integer> loops) {
        life.end = Math.max(life.end, at);
        for (int loop : loops) {
            if (!life.loops.contains(loop)) {
                life.end = Math.max(life.end, loopEnds.getOrDefault(loop, at));
            }
        }
    }

    private int share(List<Node> nodes, int position) {
        int at = position;
        for (Node node : nodes) {
            switch (node) {
                case Node.Call<?, ?> call -> share(call, at);
                case Node.Loop loop -> at = share(loop.body(), at + 1);
            }
            at++;
        }
        return at;
    }

    private void share(Node.Call<?, ?> call, int at) {
        if (call.out().isEmpty()) {
            return;
        }
        Tensor out = call.out().getFirst();
        Life own = lives.get(out);
        if (own == null || own.start != at || values.kind(out) != Values.Kind.TEMPORARY) {
            return;
        }
        call.in().map(new Roles<Tensor, Tensor>() {
            @Override
            public Tensor take(Role role, String name, Tensor operand) {
                Life life = lives.get(operand);
                if (role == Role.REUSABLE
                        && own.holder == own
                        && life != null
                        && life.holder().end == at
                        && life.holder().loops.equals(own.loops)
                        && values.kind(operand) == Values.Kind.TEMPORARY
                        && operand.spec().equals(out.spec())) {
                    Life holder = life.holder();
                    own.holder = holder;
                    holder.end = own.end;
                }
                return operand;
            }
        });
    }

    /** The lowest gap that is free for as long as it is needed, in the order of the first writes. */
    private void place() {
        record Placed(Life life, long offset) {}
        List<Placed> placed = new ArrayList<>();
        List<Life> order = lives.values().stream()
                .filter(life -> life.holder == life)
                .sorted(Comparator.comparingInt(life -> life.start))
                .toList();
        Map<Life, Long> found = new HashMap<>();
        for (Life life : order) {
            placed.removeIf(other -> other.life().end < life.start);
            placed.sort(Comparator.comparingLong(Placed::offset));
            long offset = 0;
            for (Placed other : placed) {
                if (offset + life.bytes <= other.offset()) {
                    break;
                }
                offset = Math.max(offset, align(other.offset() + other.life().bytes));
            }
            placed.add(new Placed(life, offset));
            found.put(life, offset);
            bytes = Math.max(bytes, align(offset + life.bytes));
        }
        lives.forEach((tensor, life) -> offsets.put(tensor, found.get(life.holder())));
    }

    static long align(long offset) {
        return (offset + ALIGNMENT - 1) & -ALIGNMENT;
    }
}

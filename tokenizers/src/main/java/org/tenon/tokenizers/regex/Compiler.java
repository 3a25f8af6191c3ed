package org.tenon.tokenizers.regex;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns a pattern's tree into a {@link Program}. */
final class Compiler {
    private static final int MAX_CODE = 100_000;
    private static final int MAX_BEHIND = 255;
    private static final int OPEN = -1;

    private final List<Membership> sets = new ArrayList<>();
    private final List<Node.Place> places = new ArrayList<>();
    private final Map<CodePointSet, Integer> known = new HashMap<>();
    private int[] code = new int[256];
    private int size;
    private int registers;

    private Compiler() {}

    static Program compile(Node pattern) {
        Compiler compiler = new Compiler();
        compiler.emit(pattern);
        compiler.add(Program.MATCH);
        int first = compiler.firstSet(pattern);
        return new Program(
                Arrays.copyOf(compiler.code, compiler.size),
                List.copyOf(compiler.sets),
                List.copyOf(compiler.places),
                compiler.registers,
                first);
    }

    private void emit(Node node) {
        switch (node) {
            case Node.One one -> {
                if (one.set().single() >= 0) {
                    add(Program.CHAR, one.set().single());
                } else {
                    add(Program.ONE, set(one.set()));
                }
            }
            case Node.Sequence sequence -> sequence.parts().forEach(this::emit);
            case Node.Choice choice -> choice(choice.options());
            case Node.Repeat repeat -> repeat(repeat);
            case Node.Atomic atomic -> atomic(atomic.body());
            case Node.Look look -> look(look);
            case Node.Back back -> add(Program.BACK, back.count());
            case Node.At at -> {
                places.add(at.place());
                add(Program.AT, places.size() - 1);
            }
        }
    }

    private void choice(List<Node> options) {
        List<Integer> exits = new ArrayList<>();
        for (Node option : options.subList(0, options.size() - 1)) {
            int other = add(Program.TRY, OPEN, firstSet(option));
            emit(option);
            exits.add(add(Program.JUMP, OPEN));
            code[other] = size;
        }
        emit(options.getLast());
        exits.forEach(exit -> code[exit] = size);
    }

    private void repeat(Node.Repeat repeat) {
        if (repeat.mode() == Node.Mode.POSSESSIVE) {
            atomic(new Node.Repeat(repeat.body(), repeat.min(), repeat.max(), Node.Mode.GREEDY));
        } else if (repeat.body() instanceof Node.One one && repeat.mode() == Node.Mode.GREEDY) {
            add(Program.MANY, set(one.set()), repeat.min(), repeat.max());
        } else {
            int before = size;
            for (int i = 0; i < repeat.min() && (i == 0 || size > before); i++) {
                emit(repeat.body());
            }
            if (repeat.max() < 0) {
                loop(repeat.body(), repeat.mode());
            } else {
                List<Integer> exits = new ArrayList<>();
                for (int i = repeat.min(); i < repeat.max(); i++) {
                    exits.add(attempt(repeat.body(), repeat.mode()));
                    emit(repeat.body());
                }
                exits.forEach(exit -> code[exit] = size);
            }
        }
    }

    /** The body, as often as it takes something. */
    private void loop(Node body, Node.Mode mode) {
        int register = registers++;
        int start = size;
        int exit = attempt(body, mode);
        add(Program.MARK, register);
        emit(body);
        int empty = add(Program.IF_EMPTY, register, OPEN) + 1;
        add(Program.JUMP, start);
        code[exit] = size;
        code[empty] = size;
    }

    /** A choice between what follows and another place, which is to be filled in at the index that comes back. */
    private int attempt(Node body, Node.Mode mode) {
        return mode == Node.Mode.LAZY ? add(Program.TRY_OTHER, OPEN) : add(Program.TRY, OPEN, firstSet(body));
    }

    private void atomic(Node body) {
        if (body instanceof Node.Repeat repeat
                && repeat.body() instanceof Node.One one
                && repeat.mode() == Node.Mode.GREEDY) {
            add(Program.MANY_ATOMIC, set(one.set()), repeat.min(), repeat.max());
            return;
        }
        int register = registers++;
        add(Program.ENTER, register);
        emit(body);
        add(Program.COMMIT, register);
    }

    private void look(Node.Look look) {
        if (look.body() instanceof Node.One one && !look.behind()) {
            add(look.negative() ? Program.PEEK_NOT : Program.PEEK, set(one.set()));
            return;
        }
        int register = registers;
        registers += 2;
        int target = look.negative() ? add(Program.LOOK_NOT, register, OPEN) + 1 : add(Program.LOOK, register);
        if (!look.behind()) {
            emit(look.body());
        } else if (look.body() instanceof Node.Choice choice) {
            choice(choice.options().stream().map(Compiler::behind).toList());
        } else {
            emit(behind(look.body()));
        }
        add(look.negative() ? Program.LOOK_NOT_FAIL : Program.LOOK_DONE, register);
        if (look.negative()) {
            code[target] = size;
        }
    }

    private static Node behind(Node body) {
        return new Node.Sequence(List.of(new Node.Back(length(body)), body));
    }

    /** The number of code points that a body of look-behind takes, which has to be fixed. */
    private static int length(Node node) {
        long length = switch (node) {
            case Node.One _ -> 1;
            case Node.Sequence sequence ->
                sequence.parts().stream().mapToLong(Compiler::length).sum();
            case Node.Choice choice -> {
                List<Integer> lengths = choice.options().stream()
                        .map(Compiler::length)
                        .distinct()
                        .toList();
                yield lengths.size() == 1 ? lengths.getFirst() : -1;
            }
            case Node.Repeat repeat -> repeat.min() == repeat.max() ? (long) repeat.min() * length(repeat.body()) : -1;
            case Node.Atomic atomic -> length(atomic.body());
            case Node.Look _, Node.At _, Node.Back _ -> 0;
        };
        if (length < 0 || length > MAX_BEHIND) {
            throw new PatternException("a look-behind of no fixed length, or of more than " + MAX_BEHIND
                    + " characters, is not supported");
        }
        return (int) length;
    }

    private int firstSet(Node node) {
        FirstCharacters first = FirstCharacters.of(node);
        return first.canBeEmpty() ? -1 : set(first.set());
    }

    private int set(CodePointSet set) {
        return known.computeIfAbsent(set, s -> {
            sets.add(new Membership(s));
            return sets.size() - 1;
        });
    }

    private int add(int opcode, int... operands) {
        if (size + 4 > code.length) {
            if (size > MAX_CODE) {
                throw new PatternException("the pattern's repetitions make it too large");
            }
            code = Arrays.copyOf(code, code.length * 2);
        }
        code[size++] = opcode;
        int first = size;
        for (int operand : operands) {
            code[size++] = operand;
        }
        return first;
    }
}

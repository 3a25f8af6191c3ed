package org.tenon.tokenizers.regex;

import java.util.Arrays;

/**
 * Finds the matches of a pattern in a region, from left to right, as the reference does: an empty match right after another
 * match doesn't count.
 *
 * <p>The machine keeps its choices on an array: three ints per entry, a place in the program, a position, and a floor. Popping
 * an entry gives back one code point of a run while its position lies above its floor; an entry with a negative place restores
 * a register. So a run of a million characters is one entry, and the steps are counted.
 */
public final class Matcher {
    private static final int NO_FLOOR = Integer.MAX_VALUE;
    private static final int MAX_STACK = 3 << 26;
    private static final long FREE_STEPS = 2_000_000;
    private static final long STEPS_PER_CHARACTER = 200;

    private final Program program;
    private final Membership[] sets;
    private final String pattern;
    private final int[] registers;
    private char[] text = {};
    private int from;
    private int to;
    private int searchFrom;
    private int lastEnd;
    private int start;
    private int end;
    private int[] stack = new int[48];
    private int height;
    private int taken;
    private long steps = FREE_STEPS;

    Matcher(Program program, String pattern) {
        this.program = program;
        this.pattern = pattern;
        this.sets = program.sets().toArray(new Membership[0]);
        this.registers = new int[program.registers()];
    }

    /**
     * Begins anew in another region, so that the matcher's memory serves again.
     *
     * @param text the text, without surrogates that lack their partner
     * @param from where the region starts
     * @param to where it ends, exclusive
     */
    public void reset(char[] text, int from, int to) {
        this.text = text;
        this.from = from;
        this.to = to;
        this.searchFrom = from;
        this.lastEnd = -1;
        this.steps += STEPS_PER_CHARACTER * (to - from);
    }

    /**
     * Goes to the next match.
     *
     * @return whether there is one
     * @throws PatternException if looking for it takes too long
     */
    public boolean find() {
        while (searchFrom <= to) {
            if (!search()) {
                searchFrom = to + 1;
                return false;
            }
            if (end == start && lastEnd == end) {
                searchFrom = end < to ? end + Character.charCount(Character.codePointAt(text, end, to)) : to + 1;
            } else {
                searchFrom = end;
                lastEnd = end;
                return true;
            }
        }
        return false;
    }

    /**
     * Where the match starts.
     *
     * @return the index in the text
     */
    public int start() {
        return start;
    }

    /**
     * Where the match ends.
     *
     * @return the index in the text, exclusive
     */
    public int end() {
        return end;
    }

    private boolean search() {
        int position = searchFrom;
        while (position <= to) {
            int c = position < to ? codePoint(position) : -1;
            if (program.first() < 0 || (c >= 0 && set(program.first()).contains(c))) {
                int matched = run(position);
                if (matched >= 0) {
                    start = position;
                    end = matched;
                    return true;
                }
            }
            position += c >= Character.MIN_SUPPLEMENTARY_CODE_POINT ? 2 : 1;
        }
        return false;
    }

    private int codePoint(int position) {
        char c = text[position];
        return Character.isHighSurrogate(c) && position + 1 < to ? Character.toCodePoint(c, text[position + 1]) : c;
    }

    private int run(int begin) {
        int[] code = program.code();
        height = 0;
        int pc = 0;
        int position = begin;
        while (true) {
            if (--steps < 0) {
                throw new PatternException("the pattern '" + pattern + "' takes too long on this text");
            }
            boolean failed = false;
            switch (code[pc]) {
                case Program.MATCH -> {
                    return position;
                }
                case Program.CHAR -> {
                    int c = code[pc + 1];
                    failed = position >= to || codePoint(position) != c;
                    position += c >= Character.MIN_SUPPLEMENTARY_CODE_POINT ? 2 : 1;
                    pc += 2;
                }
                case Program.ONE -> {
                    if (position < to) {
                        int c = codePoint(position);
                        failed = !set(code[pc + 1]).contains(c);
                        position += c >= Character.MIN_SUPPLEMENTARY_CODE_POINT ? 2 : 1;
                    } else {
                        failed = true;
                    }
                    pc += 2;
                }
                case Program.MANY, Program.MANY_ATOMIC -> {
                    int floor = take(set(code[pc + 1]), position, code[pc + 2], code[pc + 3]);
                    failed = floor < 0;
                    if (floor >= 0) {
                        position = taken;
                        if (code[pc] == Program.MANY && position > floor) {
                            push(pc + 4, position, floor);
                        }
                        pc += 4;
                    }
                }
                case Program.JUMP -> pc = code[pc + 1];
                case Program.TRY -> {
                    int set = code[pc + 2];
                    if (set >= 0 && (position >= to || !set(set).contains(codePoint(position)))) {
                        pc = code[pc + 1];
                    } else {
                        push(code[pc + 1], position, NO_FLOOR);
                        pc += 3;
                    }
                }
                case Program.TRY_OTHER -> {
                    push(pc + 2, position, NO_FLOOR);
                    pc = code[pc + 1];
                }
                case Program.AT -> {
                    failed = !isAt(program.places().get(code[pc + 1]), position);
                    pc += 2;
                }
                case Program.PEEK -> {
                    failed = position >= to || !set(code[pc + 1]).contains(codePoint(position));
                    pc += 2;
                }
                case Program.PEEK_NOT -> {
                    failed = position < to && set(code[pc + 1]).contains(codePoint(position));
                    pc += 2;
                }
                case Program.ENTER -> {
                    registers[code[pc + 1]] = height;
                    pc += 2;
                }
                case Program.COMMIT -> {
                    height = registers[code[pc + 1]];
                    pc += 2;
                }
                case Program.LOOK -> {
                    registers[code[pc + 1]] = position;
                    registers[code[pc + 1] + 1] = height;
                    pc += 2;
                }
                case Program.LOOK_DONE -> {
                    position = registers[code[pc + 1]];
                    height = registers[code[pc + 1] + 1];
                    pc += 2;
                }
                case Program.LOOK_NOT -> {
                    registers[code[pc + 1] + 1] = height;
                    push(code[pc + 2], position, NO_FLOOR);
                    pc += 3;
                }
                case Program.LOOK_NOT_FAIL -> {
                    height = registers[code[pc + 1] + 1];
                    failed = true;
                }
                case Program.BACK -> {
                    position = back(position, code[pc + 1]);
                    failed = position < 0;
                    pc += 2;
                }
                case Program.MARK -> {
                    int register = code[pc + 1];
                    push(-1 - register, registers[register], NO_FLOOR);
                    registers[register] = position;
                    pc += 2;
                }
                default -> pc = registers[code[pc + 1]] == position ? code[pc + 2] : pc + 3; // IF_EMPTY
            }
            if (failed) {
                while (height > 0 && stack[height - 3] < 0) {
                    height -= 3;
                    registers[-1 - stack[height]] = stack[height + 1];
                }
                if (height == 0) {
                    return -1;
                }
                pc = stack[height - 3];
                position = stack[height - 2];
                int floor = stack[height - 1];
                if (floor == NO_FLOOR) {
                    height -= 3;
                } else {
                    position -= before(position);
                    if (position > floor) {
                        stack[height - 2] = position;
                    } else {
                        height -= 3;
                    }
                }
            }
        }
    }

    private Membership set(int index) {
        return sets[index];
    }

    /** Takes a run out of a set and leaves its end in {@link #taken}; the position after {@code min} of them, or -1. */
    private int take(Membership set, int position, int min, int max) {
        int floor = min == 0 ? position : -1;
        int count = 0;
        int p = position;
        while (p < to && count != max) {
            int c = codePoint(p);
            if (!set.contains(c)) {
                break;
            }
            p += c >= Character.MIN_SUPPLEMENTARY_CODE_POINT ? 2 : 1;
            if (++count == min) {
                floor = p;
            }
        }
        steps -= count;
        taken = p;
        return floor;
    }

    private int back(int position, int count) {
        int p = position;
        for (int i = 0; i < count; i++) {
            if (p <= from) {
                return -1;
            }
            p -= before(p);
        }
        return p;
    }

    /** The length of the code point before a position that isn't the first. */
    private int before(int position) {
        return position - from >= 2 && Character.isLowSurrogate(text[position - 1]) ? 2 : 1;
    }

    private boolean isAt(Node.Place place, int position) {
        boolean atStart = position == from;
        boolean atEnd = position == to;
        return switch (place) {
            case TEXT_START -> atStart;
            case TEXT_END -> atEnd;
            case TEXT_END_OR_LAST_NEWLINE -> atEnd || (position == to - 1 && text[position] == '\n');
            case LINE_START -> atStart || (!atEnd && text[position - 1] == '\n');
            case LINE_END -> atEnd || text[position] == '\n';
            case WORD_BOUNDARY -> wordBefore(position) != wordAfter(position);
            case NOT_WORD_BOUNDARY -> wordBefore(position) == wordAfter(position);
        };
    }

    private boolean wordBefore(int position) {
        return position > from && UnicodeProperties.isWord(codePoint(position - before(position)));
    }

    private boolean wordAfter(int position) {
        return position < to && UnicodeProperties.isWord(codePoint(position));
    }

    private void push(int pc, int position, int floor) {
        if (height == stack.length) {
            if (height > MAX_STACK) {
                throw new PatternException("the pattern '" + pattern + "' needs too much memory on this text");
            }
            stack = Arrays.copyOf(stack, height * 2);
        }
        stack[height] = pc;
        stack[height + 1] = position;
        stack[height + 2] = floor;
        height += 3;
    }
}

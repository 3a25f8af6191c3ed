package org.tenon.tokenizers.regex;

import java.util.List;

/** A pattern as instructions for a backtracking machine. An instruction is an opcode and its operands, one int each. */
final class Program {
    /** The end: a match. */
    static final int MATCH = 0;
    /** (code point) takes it. */
    static final int CHAR = 1;
    /** (set) takes one out of the set. */
    static final int ONE = 2;
    /** (set, min, max or -1) takes as many as there are; gives them back one by one. */
    static final int MANY = 3;
    /** (set, min, max or -1) takes as many as there are and keeps them. */
    static final int MANY_ATOMIC = 4;
    /** (target) goes on there. */
    static final int JUMP = 5;
    /** (other, set or -1) goes on after this instruction, at {@code other} if that fails; at once if the set lacks what comes. */
    static final int TRY = 6;
    /** (other) goes on at {@code other}, after this instruction if that fails. */
    static final int TRY_OTHER = 7;
    /** (place) stands at that place. */
    static final int AT = 8;
    /** (set) one out of the set follows; it isn't taken. */
    static final int PEEK = 9;
    /** (set) nothing out of the set follows. */
    static final int PEEK_NOT = 10;
    /** (register) remembers the height of the stack. */
    static final int ENTER = 11;
    /** (register) forgets the choices since ENTER. */
    static final int COMMIT = 12;
    /** (register) remembers the position; the next register too remembers the height of the stack. */
    static final int LOOK = 13;
    /** (register) forgets the choices since LOOK and goes back to its position. */
    static final int LOOK_DONE = 14;
    /** (register, target) like LOOK; where the body fails, goes on at the target from here. */
    static final int LOOK_NOT = 15;
    /** (register) the body of LOOK_NOT has matched: forgets all since, and fails. */
    static final int LOOK_NOT_FAIL = 16;
    /** (count) goes back so many code points. */
    static final int BACK = 17;
    /** (register) remembers the position, until backtracking past this instruction. */
    static final int MARK = 18;
    /** (register, target) goes on at the target if nothing was taken since MARK. */
    static final int IF_EMPTY = 19;

    private final int[] code;
    private final List<Membership> sets;
    private final List<Node.Place> places;
    private final int registers;
    private final int first;

    Program(int[] code, List<Membership> sets, List<Node.Place> places, int registers, int first) {
        this.code = code;
        this.sets = sets;
        this.places = places;
        this.registers = registers;
        this.first = first;
    }

    /** The instructions, from 0; nobody changes them. */
    int[] code() {
        return code;
    }

    /** The sets that instructions name by index. */
    List<Membership> sets() {
        return sets;
    }

    /** The places that instructions name by index. */
    List<Node.Place> places() {
        return places;
    }

    /** How many places the program needs to remember something. */
    int registers() {
        return registers;
    }

    /** The set of code points with which a match can start, by index; -1 where it can be empty or start with anything. */
    int first() {
        return first;
    }
}

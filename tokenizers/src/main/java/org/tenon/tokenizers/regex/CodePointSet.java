package org.tenon.tokenizers.regex;

import java.util.Arrays;
import java.util.function.IntPredicate;

/** A set of code points as sorted, disjoint ranges: the form in which a pattern's classes are calculated. Immutable. */
final class CodePointSet {
    static final int LIMIT = Character.MAX_CODE_POINT + 1;
    static final CodePointSet EMPTY = new CodePointSet(new int[0]);
    static final CodePointSet ALL = range(0, LIMIT - 1);

    // start, end (exclusive), start, end, ...: strictly ascending
    private final int[] bounds;

    private CodePointSet(int[] bounds) {
        this.bounds = bounds;
    }

    static CodePointSet of(int codePoint) {
        return range(codePoint, codePoint);
    }

    /** Both ends belong to the range. */
    static CodePointSet range(int first, int last) {
        return new CodePointSet(new int[] {first, last + 1});
    }

    /** The code points for which a test holds that depends on Unicode properties alone. */
    static CodePointSet where(IntPredicate member) {
        int[] found = new int[64];
        int size = 0;
        boolean inside = false;
        for (int c = 0; c < LIMIT; c = next(c)) {
            if (member.test(c) != inside) {
                inside = !inside;
                if (size + 2 > found.length) {
                    found = Arrays.copyOf(found, found.length * 2);
                }
                found[size++] = c;
            }
        }
        if (inside) {
            found[size++] = LIMIT;
        }
        return new CodePointSet(Arrays.copyOf(found, size));
    }

    /** Steps over what has the properties of its first code point: planes 4 to 13 are unassigned, 15 and 16 for private use. */
    private static int next(int c) {
        return switch (c) {
            case 0x40000 -> 0xe0000;
            case 0xf0000, 0x100000 -> c + 0xfffe;
            default -> c + 1;
        };
    }

    boolean contains(int codePoint) {
        int at = Arrays.binarySearch(bounds, codePoint);
        return (at >= 0 ? at : -at - 2) % 2 == 0;
    }

    boolean isEmpty() {
        return bounds.length == 0;
    }

    /** The only member, or -1 where there is none or more than one. */
    int single() {
        return bounds.length == 2 && bounds[1] == bounds[0] + 1 ? bounds[0] : -1;
    }

    int rangeCount() {
        return bounds.length / 2;
    }

    int rangeStart(int range) {
        return bounds[2 * range];
    }

    int rangeEnd(int range) {
        return bounds[2 * range + 1];
    }

    CodePointSet union(CodePointSet other) {
        return merge(other, true);
    }

    CodePointSet intersect(CodePointSet other) {
        return merge(other, false);
    }

    CodePointSet complement() {
        if (isEmpty()) {
            return new CodePointSet(new int[] {0, LIMIT});
        }
        boolean fromZero = bounds[0] == 0;
        boolean toLimit = bounds[bounds.length - 1] == LIMIT;
        int[] result = new int[bounds.length + (fromZero ? -1 : 1) + (toLimit ? -1 : 1)];
        System.arraycopy(
                bounds,
                fromZero ? 1 : 0,
                result,
                fromZero ? 0 : 1,
                bounds.length - (fromZero ? 1 : 0) - (toLimit ? 1 : 0));
        if (!toLimit) {
            result[result.length - 1] = LIMIT;
        }
        return new CodePointSet(result);
    }

    /** Sweeps over the bounds of both sets; a code point is inside where one of them has it, or both. */
    private CodePointSet merge(CodePointSet other, boolean either) {
        int[] a = bounds;
        int[] b = other.bounds;
        int[] result = new int[a.length + b.length];
        int size = 0;
        int i = 0;
        int j = 0;
        boolean inside = false;
        while (i < a.length || j < b.length) {
            int at = Math.min(i < a.length ? a[i] : LIMIT, j < b.length ? b[j] : LIMIT);
            if (i < a.length && a[i] == at) {
                i++;
            }
            if (j < b.length && b[j] == at) {
                j++;
            }
            boolean inA = i % 2 == 1;
            boolean inB = j % 2 == 1;
            if ((either ? inA || inB : inA && inB) != inside) {
                inside = !inside;
                result[size++] = at;
            }
        }
        return new CodePointSet(Arrays.copyOf(result, size));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CodePointSet that && Arrays.equals(bounds, that.bounds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bounds);
    }
}

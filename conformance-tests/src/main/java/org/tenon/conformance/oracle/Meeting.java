package org.tenon.conformance.oracle;

/** How tensors of different shapes meet: aligned at the last dimension, a dimension of 1 repeats. */
final class Meeting {
    private Meeting() {}

    static int[] sizes(Exact... operands) {
        int rank = 0;
        for (Exact operand : operands) {
            rank = Math.max(rank, operand.rank());
        }
        int[] sizes = new int[rank];
        for (int i = 0; i < rank; i++) {
            sizes[i] = 1;
            for (Exact operand : operands) {
                int own = i - (rank - operand.rank());
                if (own >= 0 && operand.size(own) != 1) {
                    sizes[i] = operand.size(own);
                }
            }
        }
        return sizes;
    }

    /** The element of an operand that meets an element of the result, both counted row by row. */
    static int place(Exact result, int element, Exact operand) {
        int place = 0;
        int step = 1;
        int rest = element;
        for (int i = 1; i <= result.rank(); i++) {
            int index = rest % result.size(-i);
            rest /= result.size(-i);
            if (i <= operand.rank()) {
                place += operand.size(-i) == 1 ? 0 : index * step;
                step *= operand.size(-i);
            }
        }
        return place;
    }
}

package org.tenon.tokenizers.regex;

/**
 * The code points with which a match of a node can begin.
 *
 * @param set the code points
 * @param canBeEmpty whether the node also matches without taking anything
 */
record FirstCharacters(CodePointSet set, boolean canBeEmpty) {
    private static final FirstCharacters NOTHING_TAKEN = new FirstCharacters(CodePointSet.EMPTY, true);

    static FirstCharacters of(Node node) {
        return switch (node) {
            case Node.One one -> new FirstCharacters(one.set(), false);
            case Node.Sequence sequence
            when sequence.parts().stream().anyMatch(Node.Back.class::isInstance) -> NOTHING_TAKEN;
            case Node.Sequence sequence -> {
                FirstCharacters first = NOTHING_TAKEN;
                for (Node part : sequence.parts()) {
                    FirstCharacters next = of(part);
                    first = new FirstCharacters(first.set.union(next.set), next.canBeEmpty);
                    if (!next.canBeEmpty) {
                        break;
                    }
                }
                yield first;
            }
            case Node.Choice choice -> {
                FirstCharacters first = new FirstCharacters(CodePointSet.EMPTY, false);
                for (Node option : choice.options()) {
                    FirstCharacters next = of(option);
                    first = new FirstCharacters(first.set.union(next.set), first.canBeEmpty || next.canBeEmpty);
                }
                yield first;
            }
            case Node.Repeat repeat -> {
                FirstCharacters body = of(repeat.body());
                yield new FirstCharacters(body.set, body.canBeEmpty || repeat.min() == 0);
            }
            case Node.Atomic atomic -> of(atomic.body());
            case Node.Look _, Node.At _, Node.Back _ -> NOTHING_TAKEN;
        };
    }
}

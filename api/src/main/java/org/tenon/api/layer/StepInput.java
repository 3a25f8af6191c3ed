package org.tenon.api.layer;

import org.tenon.api.tensor.Axis;
import org.tenon.api.tensor.Dim;
import org.tenon.api.tensor.Shape;

/**
 * A small integer tensor that the host brings with each step, I32. What no op reads is neither stored nor brought.
 *
 * @param name what it is, unique within a model
 * @param shape its shape
 */
public record StepInput(String name, Shape shape) {
    /**
     * The ids of the rows' tokens; -1 for padding.
     *
     * @param axis the rows
     * @return {@code [rows]}
     */
    public static StepInput ids(Axis axis) {
        return new StepInput(axis.name() + ".ids", Shape.of(axis.rows().dim()));
    }

    /**
     * The rows' positions in their sequences.
     *
     * @param axis the rows
     * @return {@code [rows]}
     */
    public static StepInput positions(Axis axis) {
        return new StepInput(axis.name() + ".positions", Shape.of(axis.rows().dim()));
    }

    /**
     * The sequences that the rows belong to, counted within the step; -1 for padding. Rows of one sequence lie together.
     *
     * @param axis the rows
     * @return {@code [rows]}
     */
    public static StepInput sequence(Axis axis) {
        return new StepInput(axis.name() + ".sequence", Shape.of(axis.rows().dim()));
    }

    /**
     * The sequences' lengths after the step; 0 for padding.
     *
     * @param axis the rows
     * @return {@code [sequences]}
     */
    public static StepInput lengths(Axis axis) {
        return new StepInput(axis.name() + ".lengths", Shape.of(axis.sequences().dim()));
    }

    /**
     * The rows whose output is wanted; -1 for padding.
     *
     * @param axis the rows
     * @return {@code [outputs]}
     */
    public static StepInput outputs(Axis axis) {
        return new StepInput(axis.name() + ".outputs", Shape.of(axis.outputs().dim()));
    }

    /**
     * The rows that a head of an encoder is applied to; -1 for padding.
     *
     * @param axis the rows
     * @param head the head's name
     * @return {@code [outputs of the head]}
     */
    public static StepInput outputs(Axis axis, String head) {
        return new StepInput(
                axis.name() + ".outputs." + head, Shape.of(axis.outputs(head).dim()));
    }

    /**
     * The types of the rows' tokens, as the two texts of a pair have (Devlin et al. 2019); 0 for padding.
     *
     * @param axis the rows
     * @return {@code [rows]}
     */
    public static StepInput types(Axis axis) {
        return new StepInput(axis.name() + ".types", Shape.of(axis.rows().dim()));
    }

    /**
     * The rows of each sequence in the order of their positions, where a step holds sequences whole; -1 for none. It is a block table whose blocks
     * are the rows.
     *
     * @param axis the rows
     * @param longest the most rows that a sequence can have
     * @return {@code [sequences, longest]}
     */
    public static StepInput members(Axis axis, int longest) {
        return new StepInput(axis.name() + ".members", Shape.of(axis.sequences().dim(), longest));
    }

    /**
     * The block tables of a group of caches; -1 for no block.
     *
     * @param group the group
     * @param entries blocks that a sequence can have
     * @return {@code [sequences, entries]}
     */
    public static StepInput table(KeyGroup group, int entries) {
        return new StepInput(group.name() + ".table", Shape.of(sequences(group), entries));
    }

    /**
     * The positions of the first keys in the block tables.
     *
     * @param group the group
     * @return {@code [sequences]}
     */
    public static StepInput bases(KeyGroup group) {
        return new StepInput(group.name() + ".bases", Shape.of(sequences(group)));
    }

    /**
     * Where the rows' keys go: {@code block * blockSize + place}; -1 for nowhere.
     *
     * @param group the group
     * @return {@code [rows]} of the group's source
     */
    public static StepInput slots(KeyGroup group) {
        return new StepInput(
                group.name() + ".slots", Shape.of(group.source().rows().dim()));
    }

    /**
     * The position after each sequence's last key: its length, unless the keys are of other rows; 0 for padding.
     *
     * @param group the group
     * @return {@code [sequences]}
     */
    public static StepInput lengths(KeyGroup group) {
        return group.crosses()
                ? new StepInput(group.name() + ".lengths", Shape.of(sequences(group)))
                : lengths(group.axis());
    }

    /**
     * The slots that the sequences' states are read from; -1 for a sequence that begins, and for padding.
     *
     * @param axis the rows
     * @return {@code [sequences]}
     */
    public static StepInput stateReads(Axis axis) {
        return new StepInput(
                axis.name() + ".states.read", Shape.of(axis.sequences().dim()));
    }

    /**
     * The slots that receive the states after the rows; -1 for none, and for padding.
     *
     * @param axis the rows
     * @return {@code [rows]}
     */
    public static StepInput stateWrites(Axis axis) {
        return new StepInput(axis.name() + ".states.write", Shape.of(axis.rows().dim()));
    }

    private static Dim sequences(KeyGroup group) {
        return group.axis().sequences().dim();
    }
}

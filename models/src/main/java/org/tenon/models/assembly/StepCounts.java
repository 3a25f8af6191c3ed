package org.tenon.models.assembly;

/** What a step has of each thing that its shape counts, before it is rounded up to a bucket. */
public interface StepCounts {
    /** {@return rows in the step} */
    int rows();

    /** {@return sequences in the step} */
    int sequences();

    /** {@return the most rows that one sequence has} */
    int query();

    /** {@return rows whose logits are wanted} */
    int outputs();

    /**
     * The keys of a group.
     *
     * @param group which of {@link Network#groups}
     * @return the most keys that one sequence has in its table after the step
     */
    int keys(int group);

    /** {@return rows of the encoder} */
    int sourceRows();

    /** {@return sequences that the encoder computes} */
    int sources();

    /** {@return the rows of the longest sequence that the encoder computes} */
    int sourceQuery();
}

package org.tenon.tokenizers.added;

/**
 * A token that is found as a string.
 *
 * @param content how it is spelt
 * @param id its id
 * @param singleWord whether it only counts where no word character stands beside it
 * @param takesLeft whether it takes the white space on its left
 * @param takesRight whether it takes the white space on its right
 * @param normalized whether it is looked for in the normalised text, normalised itself
 * @param special whether decoding can leave it out
 */
public record AddedToken(
        String content,
        int id,
        boolean singleWord,
        boolean takesLeft,
        boolean takesRight,
        boolean normalized,
        boolean special) {}

/**
 * The regular expressions of tokenizer files, in the syntax of Oniguruma. Matching keeps its state on an array, not on the
 * thread's stack, and counts its steps, so that no text and no pattern can overflow the one or take for ever.
 */
package org.tenon.tokenizers.regex;

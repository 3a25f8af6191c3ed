/**
 * Tokenizers from the files that come with a checkpoint.
 *
 * @see org.tenon.tokenizers.HuggingFaceTokenizer
 */
package org.tenon.tokenizers;

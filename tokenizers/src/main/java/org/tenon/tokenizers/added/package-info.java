/** Tokens that stand beside a model's own: found in the text before the model sees it. */
package org.tenon.tokenizers.added;

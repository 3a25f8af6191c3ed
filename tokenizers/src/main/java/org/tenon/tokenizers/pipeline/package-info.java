/** What happens after a text is split into pieces: tokens with offsets, the tokens around them, and the way back. */
package org.tenon.tokenizers.pipeline;

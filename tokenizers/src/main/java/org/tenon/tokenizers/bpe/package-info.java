/** Byte pair encoding over bytes (Sennrich et al. 2016; Radford et al. 2019): vocabulary, merges, and the encoding of words. */
package org.tenon.tokenizers.bpe;

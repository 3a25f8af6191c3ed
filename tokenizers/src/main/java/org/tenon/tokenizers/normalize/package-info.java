/** Changes made to a text before it is split, with the offsets of every character in the text as it was. */
package org.tenon.tokenizers.normalize;

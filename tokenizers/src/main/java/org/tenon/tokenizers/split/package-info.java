/** Cutting a text into the pieces that a model sees one at a time. */
package org.tenon.tokenizers.split;

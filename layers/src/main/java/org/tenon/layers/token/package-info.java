/** Where a model meets its vocabulary: the embedding of ids, and the head that gives logits. */
package org.tenon.layers.token;

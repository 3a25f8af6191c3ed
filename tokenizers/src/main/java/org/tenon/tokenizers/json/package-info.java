/** Reading JSON from strangers: bounded in size and depth, every error with its file and its place. */
package org.tenon.tokenizers.json;

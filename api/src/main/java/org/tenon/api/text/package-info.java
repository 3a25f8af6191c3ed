/**
 * Text in and out of a model: tokenizers, their encodings with offsets, streaming decode, and the templates that turn a
 * conversation into one prompt.
 */
package org.tenon.api.text;

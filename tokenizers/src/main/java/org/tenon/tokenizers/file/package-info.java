/** Reading the files of a tokenizer: {@code tokenizer.json} and {@code tokenizer_config.json}. */
package org.tenon.tokenizers.file;

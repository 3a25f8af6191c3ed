/**
 * Checkpoints as files: JSON, safetensors (one file or shards), folders as Hugging Face Transformers writes them, and the
 * reference results that a model is verified against. Everything that a file says is checked before it is believed.
 */
package org.tenon.models.checkpoint;

"""Prints the rotary frequencies of Hugging Face Transformers, as the tests of the package `position` read them:

    python rope_frequencies.py > ../resources/org/tenon/layers/position/frequencies.tsv

A line holds the case, the sequence's length, the attention factor, and the bits of each frequency in hexadecimal.
The cases are spelled in Java in `ScalingTest`.
"""

import struct

import torch
import transformers
from transformers import LlamaConfig
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding

LONGROPE = dict(short_factor=[1.0 + 0.07 * i for i in range(32)], long_factor=[1.0 + 0.9 * i for i in range(32)])

# name: head dimension, longest position, theta, the rest of rope_parameters, lengths
CASES = {
    "default-64": (64, 2048, 10000.0, dict(rope_type="default"), [1]),
    "default-128-500000": (128, 8192, 500000.0, dict(rope_type="default"), [1]),
    "default-10": (10, 128, 10000.0, dict(rope_type="default"), [1]),
    "default-80-1000003.7": (80, 4096, 1000003.7, dict(rope_type="default"), [1]),
    "linear": (64, 2048, 10000.0, dict(rope_type="linear", factor=2.5), [1]),
    "dynamic": (64, 32, 10000.0, dict(rope_type="dynamic", factor=2.0), [1, 31, 32, 33, 34, 47, 63, 64, 65, 100]),
    "dynamic-12": (12, 128, 500000.0, dict(rope_type="dynamic", factor=3.7), [128, 129, 200, 501]),
    "yarn": (128, 131072, 10000.0, dict(rope_type="yarn", factor=32.0, original_max_position_embeddings=4096), [1]),
    "yarn-12": (12, 128, 10000.0, dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=32), [1]),
    "yarn-untruncated": (64, 65536, 1000000.0, dict(rope_type="yarn", factor=3.3, beta_fast=16.0, beta_slow=2.0,
                         truncate=False, original_max_position_embeddings=4096), [1]),
    "yarn-mscale": (64, 163840, 10000.0, dict(rope_type="yarn", factor=40.0, mscale=0.707, mscale_all_dim=1.2,
                    original_max_position_embeddings=4096), [1]),
    "yarn-attention-factor": (64, 8192, 10000.0, dict(rope_type="yarn", factor=2.0, attention_factor=1.3,
                              original_max_position_embeddings=4096), [1]),
    "llama3": (128, 131072, 500000.0, dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
               original_max_position_embeddings=8192), [1]),
    "llama3-64-32": (64, 131072, 500000.0, dict(rope_type="llama3", factor=32.0, low_freq_factor=1.0,
                     high_freq_factor=4.0, original_max_position_embeddings=8192), [1]),
    "llama3-odd": (80, 4096, 10000.0, dict(rope_type="llama3", factor=3.3, low_freq_factor=1.1, high_freq_factor=5.7,
                   original_max_position_embeddings=700), [1]),
    "longrope": (64, 131072, 10000.0, dict(rope_type="longrope", original_max_position_embeddings=4096, **LONGROPE),
                 [1, 4096, 4097, 100000]),
    "longrope-attention-factor": (64, 8192, 10000.0, dict(rope_type="longrope", attention_factor=1.19,
                                  original_max_position_embeddings=4096, **LONGROPE), [4096, 4097]),
}


def config(head_dim: int, positions: int, theta: float, rope: dict) -> LlamaConfig:
    return LlamaConfig(hidden_size=2 * head_dim, num_attention_heads=2, head_dim=head_dim,
                       max_position_embeddings=positions, rope_parameters={"rope_theta": theta, **rope})


def after(length: int, config: LlamaConfig) -> tuple[torch.Tensor, float]:
    """What a fresh model turns by in a step that ends a sequence of a length."""
    rotary = LlamaRotaryEmbedding(config)
    rotary(torch.zeros(1), torch.tensor([[length - 1]]))
    return rotary.inv_freq, rotary.attention_scaling


def main() -> None:
    print(f"# transformers {transformers.__version__}, torch {torch.__version__}")
    for name, (head_dim, positions, theta, rope, lengths) in CASES.items():
        c = config(head_dim, positions, theta, rope)
        for n in lengths:
            frequencies, factor = after(n, c)
            assert frequencies.dtype == torch.float32
            bits = ["%08x" % struct.unpack("<I", struct.pack("<f", f))[0] for f in frequencies.tolist()]
            print(name, n, repr(float(factor)), " ".join(bits), sep="\t")


if __name__ == "__main__":
    main()

"""Writes the fixtures under `src/test/resources/safetensors` with the reference implementation of safetensors.

    python make_safetensors_fixtures.py

`types.safetensors` has one tensor of each type that Tenon reads: all 256 codes of the 8-bit types, and of the wider
ones their extremes, subnormals, infinities, NaN and random bits. `types-as-f32.safetensors` has the same values as
PyTorch converts them to float32. `odd.safetensors` has what is rare: a scalar, empty tensors, more than four
dimensions, complex numbers, packed 4-bit floats.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

OUT = Path(__file__).parents[1] / "resources/safetensors"
BITS = {8: torch.uint8, 16: torch.int16, 32: torch.int32, 64: torch.int64}
EXTREMES = {
    16: [0, 1, 0x3FF, 0x400, 0x7BFF, 0x7C00, 0x7C01, 0x7F7F, 0x7F80, 0x7FC0, 0x7FFF, 0x3C00, 0x3F80],
    32: [0, 1, 0x7FFFFF, 0x800000, 0x7F7FFFFF, 0x7F800000, 0x7FC00000, 0x7FFFFFFF, 0x3F800000, 0x1000001],
    64: [0, 1, 0x7FEFFFFFFFFFFFFF, 0x7FF0000000000000, 0x7FF8000000000000, 0x7FFFFFFFFFFFFFFF, 0x3FF0000000000001,
         0x36A0000000000000, 0x3690000000000001, 0x20000000000001, 0x1000001, 0x8000008000000001 - (1 << 63)],
}
TYPES = {
    "BOOL": torch.bool, "U8": torch.uint8, "I8": torch.int8, "U16": torch.uint16, "I16": torch.int16,
    "U32": torch.uint32, "I32": torch.int32, "U64": torch.uint64, "I64": torch.int64,
    "F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32, "F64": torch.float64,
    "F8_E4M3": torch.float8_e4m3fn, "F8_E5M2": torch.float8_e5m2, "F8_E8M0": torch.float8_e8m0fnu,
    "F8_E4M3FNUZ": torch.float8_e4m3fnuz, "F8_E5M2FNUZ": torch.float8_e5m2fnuz,
}


def codes(bits: int) -> torch.Tensor:
    """All codes of 8 bits; otherwise the extremes, the same with the sign set, and random ones."""
    if bits == 8:
        return torch.arange(256, dtype=torch.uint8)
    sign = -(1 << (bits - 1))
    chosen = torch.tensor(EXTREMES[bits], dtype=torch.int64)
    random = torch.randint(-(1 << 62), 1 << 62, (20,), generator=torch.Generator().manual_seed(bits))
    return torch.cat([chosen, chosen | sign, random]).to(BITS[bits])


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    types, floats = {}, {}
    for name, dtype in TYPES.items():
        bits = dtype.itemsize * 8
        values = torch.tensor([0, 1, 1, 0]).to(torch.bool) if dtype == torch.bool else codes(bits).view(dtype)
        types[name] = values
        # numpy rounds integers of 64 bits once; PyTorch has no conversion of its own for every unsigned type
        floats[name] = torch.from_numpy(values.numpy().astype("float32")) if bits > 16 else values.to(torch.float32)
    save_file(types, OUT / "types.safetensors", metadata={"format": "pt"})
    save_file(floats, OUT / "types-as-f32.safetensors")
    odd = {
        "scalar": torch.tensor(2.5),
        "empty_rows": torch.zeros(0, 3),
        "empty_columns": torch.zeros(3, 0, dtype=torch.int8),
        "rank5": torch.arange(32, dtype=torch.float32).reshape(2, 2, 2, 2, 2),
        "complex": torch.tensor([1 + 2j, 3 - 4j], dtype=torch.complex64),
        "fp4": torch.tensor([0x21, 0xF7], dtype=torch.uint8).view(torch.float4_e2m1fn_x2),
    }
    save_file(odd, OUT / "odd.safetensors", metadata={"author": "Grüße", "format": "pt"})


if __name__ == "__main__":
    main()

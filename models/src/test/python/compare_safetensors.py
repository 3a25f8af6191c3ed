"""Compares what Tenon saved with what it was loaded from, as the reference implementation reads both.

    python compare_safetensors.py ORIGINAL SAVED

Both are safetensors files, or folders with `model.safetensors` or an index and its shards. Every tensor must be in
both, with the same type, shape and bits.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors import safe_open


def tensors(path: Path) -> dict[str, torch.Tensor]:
    files = [path]
    if path.is_dir():
        files = [path / "model.safetensors"]
        if not files[0].exists():
            index = json.loads((path / "model.safetensors.index.json").read_text())
            files = [path / name for name in sorted(set(index["weight_map"].values()))]
    found = {}
    for file in files:
        with safe_open(file, framework="pt") as opened:
            found.update({name: opened.get_tensor(name) for name in opened.keys()})
    return found


def bits(tensor: torch.Tensor) -> bytes:
    return tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()


def main() -> None:
    original, saved = tensors(Path(sys.argv[1])), tensors(Path(sys.argv[2]))
    wrong = sorted(original.keys() ^ saved.keys())
    for name in original.keys() & saved.keys():
        a, b = original[name], saved[name]
        if a.dtype != b.dtype or a.shape != b.shape or bits(a) != bits(b):
            wrong.append(name)
    print(f"{len(original)} tensors, different: {wrong or 'none'}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

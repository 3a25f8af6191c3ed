"""Makes the goldens `gpt2-*` under `src/test/resources/goldens`: tiny random GPT-2 checkpoints with their references.

    python make_gpt2_goldens.py [name ...]        # all, or those named

Otherwise as `make_goldens.py`.
"""

import json
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import torch
import transformers
from make_goldens import BF16, F32, GOLDENS, NOTICED, load, logits, reference, span
from safetensors.torch import load_file, save_file
from transformers import GPT2Config, GPT2LMHeadModel


@dataclass(frozen=True)
class Golden:
    """One checkpoint. `config` is laid over BASE; `without` are the fields that, changed so, must be noticed."""

    name: str
    config: dict = field(default_factory=dict)
    dtype: torch.dtype = F32
    lengths: tuple[int, ...] = (1, 7, 66)
    without: dict = field(default_factory=dict)
    body: bool = False      # names as the body by itself has them, with the stray masks of published checkpoints


BASE = dict(vocab_size=128, n_positions=96, n_embd=48, n_layer=2, n_head=4, bos_token_id=1, eos_token_id=2)

GOLDENS_TO_MAKE = (
    Golden("gpt2-f32", without={"activation_function": "relu"}),
    Golden("gpt2-body-and-masks", {"n_layer": 3}, BF16, (2, 33), body=True),
    Golden("gpt2-inner", {"n_inner": 40, "activation_function": "relu", "layer_norm_epsilon": 0.05,
                          "tie_word_embeddings": False}, lengths=(7, 33), without={"layer_norm_epsilon": 1e-5}),
    Golden("gpt2-scaled-by-layer", {"scale_attn_by_inverse_layer_idx": True}, lengths=(7, 33),
           without={"scale_attn_by_inverse_layer_idx": False}),
    Golden("gpt2-not-scaled", {"scale_attn_weights": False}, lengths=(7, 33), without={"scale_attn_weights": True}),
)


def random_model(config: GPT2Config, seed: int) -> GPT2LMHeadModel:
    """Weights of a spread that makes every part count; norms that move rows away from zero."""
    torch.manual_seed(seed)
    model = GPT2LMHeadModel(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.normal_(0.0, 0.3)
            elif "ln_" in name:
                parameter.normal_(1.0, 0.2)
            elif "wte" in name:
                parameter.normal_(0.0, 0.2 if config.tie_word_embeddings else 1.0)
            elif "wpe" in name:
                parameter.normal_(0.0, 0.3)
            else:
                fan_in = parameter.shape[1] if "lm_head" in name else parameter.shape[0]   # Conv1D is [in, out]
                parameter.normal_(0.0, 1.2 / fan_in ** 0.5)
    return model.eval()


def as_body(folder: Path, config: GPT2Config) -> None:
    """Names and files in the manner of openai-community/gpt2."""
    tensors = {re.sub(r"^transformer\.", "", name): x for name, x in load_file(folder / "model.safetensors").items()}
    for layer in range(config.n_layer):
        size = config.n_positions
        tensors[f"h.{layer}.attn.bias"] = torch.tril(torch.ones(size, size)).view(1, 1, size, size).to(torch.uint8)
        tensors[f"h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    fields = json.loads((folder / "config.json").read_text())
    fields["torch_dtype"] = fields.pop("dtype")
    fields |= {"n_ctx": config.n_positions, "n_inner": None, "transformers_version": "4.31.0"}
    del fields["tie_word_embeddings"]
    (folder / "config.json").write_text(json.dumps(fields, indent=2, sort_keys=True) + "\n")


def write(golden: Golden, folder: Path, seed: int) -> bool:
    """Writes the folder; False where this seed gives no fit reference."""
    shutil.rmtree(folder, ignore_errors=True)
    config = GPT2Config(**BASE | golden.config)
    random_model(config, seed).to(golden.dtype).save_pretrained(folder)
    ids = torch.Generator().manual_seed(seed)
    cases = [torch.randint(3, config.vocab_size, (n,), generator=ids).tolist() for n in golden.lengths]
    saved = logits(load(folder), cases[-1])
    if golden.body:
        as_body(folder, config)
        assert torch.equal(saved, logits(load(folder), cases[-1])), f"{golden.name}: the rewritten files mean the same"
    tensors = reference(folder, cases)
    if tensors is None:
        return False
    if golden.without:
        other = load(folder, config=GPT2Config.from_dict(config.to_dict() | golden.without))
        effect = float((logits(other, cases[-1]) - saved).abs().max())
        assert effect > NOTICED * span(saved), f"{golden.name}: its feature moves the logits by only {effect}"
    save_file(tensors, folder / "reference.safetensors", metadata={
        "format": "tenon-reference-1", "transformers": transformers.__version__,
        "architecture": "GPT2LMHeadModel", "auto_class": "causal"})
    for file in folder.iterdir():
        file.chmod(0o644)
    return True


def main(names: list[str]) -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    for golden in (g for g in GOLDENS_TO_MAKE if not names or g.name in names):
        seed = 1
        while not write(golden, GOLDENS / golden.name, seed):
            seed += 1
        size = sum(f.stat().st_size for f in (GOLDENS / golden.name).iterdir())
        print(f"{golden.name}: seed {seed}, {size / 1024:.0f} KiB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

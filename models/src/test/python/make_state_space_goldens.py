"""Makes the golden checkpoints of Mamba and its kin under `src/test/resources/goldens`, as `make_goldens.py` does for
the relatives of Llama: the same files, the same conditions.

    python make_state_space_goldens.py [name ...]        # all, or those named
"""

import json
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import torch
import transformers
from make_goldens import BF16, DISTINCT, F16, F32, GENERATED, GOLDENS, NEAR_TIE, NOTICED, load, span
from safetensors.torch import load_file, save_file
from transformers import (AutoModelForCausalLM, BambaConfig, FalconMambaConfig, JambaConfig, Mamba2Config, MambaConfig,
                          PretrainedConfig, PreTrainedModel)


@dataclass(frozen=True)
class Golden:
    """One checkpoint. `without` are the fields that, changed so, must be noticed."""

    name: str
    family: type[PretrainedConfig]
    config: dict = field(default_factory=dict)
    dtype: torch.dtype = BF16
    lengths: tuple[int, ...] = (1, 3, 7, 66)
    without: dict = field(default_factory=dict)
    rename: tuple[str, str] | None = None       # a piece of tensors' names, and what old files have for it
    raw: dict = field(default_factory=dict)     # fields written into config.json as they stand here; None takes one out


MAMBA = dict(vocab_size=128, hidden_size=48, state_size=8, num_hidden_layers=2, bos_token_id=1, eos_token_id=2,
             pad_token_id=0)
MAMBA2 = dict(vocab_size=128, hidden_size=48, state_size=16, num_heads=6, head_dim=16, n_groups=1, chunk_size=8,
              num_hidden_layers=2, bos_token_id=1, eos_token_id=2, pad_token_id=0)
BAMBA = dict(vocab_size=128, hidden_size=48, intermediate_size=40, num_hidden_layers=3, num_attention_heads=4,
             num_key_value_heads=2, attn_layer_indices=[1], mamba_n_heads=6, mamba_d_state=16, mamba_chunk_size=8,
             max_position_embeddings=128, bos_token_id=1, eos_token_id=2, pad_token_id=0)
JAMBA = dict(vocab_size=128, hidden_size=48, intermediate_size=40, num_hidden_layers=3, num_attention_heads=4,
             num_key_value_heads=2, attn_layer_period=3, attn_layer_offset=1, num_experts=1, num_experts_per_tok=1,
             mamba_d_state=8, mamba_dt_rank=5, max_position_embeddings=128, bos_token_id=1, eos_token_id=2,
             pad_token_id=0)

GOLDENS_TO_MAKE = (
    Golden("mamba-tied-f32", MambaConfig, MAMBA, F32),
    Golden("mamba-biases", MambaConfig, {**MAMBA, "use_bias": True, "tie_word_embeddings": False, "time_step_rank": 5}),
    Golden("mamba-three-taps", MambaConfig, {**MAMBA, "conv_kernel": 3, "use_conv_bias": False, "expand": 3}, F16,
           lengths=(1, 7, 33)),
    Golden("mamba-old-names", MambaConfig, MAMBA, F32, lengths=(7, 33), rename=("embeddings", "embedding"),
           raw={"tie_word_embeddings": None, "fused_add_norm": True, "rms_norm": True, "intermediate_size": 96}),
    Golden("mamba2-f32", Mamba2Config, MAMBA2, F32),
    Golden("mamba2-groups", Mamba2Config, {**MAMBA2, "n_groups": 2, "tie_word_embeddings": True}, lengths=(1, 9, 40)),
    Golden("mamba2-limits-biases", Mamba2Config, {**MAMBA2, "use_bias": True, "use_conv_bias": False, "n_groups": 3,
                                                  "time_step_limit": [0.2, 0.6]}, F16, lengths=(7, 33),
           without={"time_step_limit": [0.0, 10.0]}),
    Golden("falcon-mamba-norms", FalconMambaConfig, MAMBA, F32, without={"mixer_rms_eps": 10.0}),
    Golden("falcon-mamba-untied", FalconMambaConfig, {**MAMBA, "tie_word_embeddings": False, "mixer_rms_eps": 1e-4}),
    Golden("bamba-hybrid", BambaConfig, BAMBA, F32, without={"attn_layer_indices": [1], "rms_norm_eps": 1.0}),
    Golden("bamba-biases", BambaConfig, {**BAMBA, "attn_layer_indices": [0, 2], "attention_bias": True,
                                         "mlp_bias": True, "mamba_proj_bias": True, "mamba_n_groups": 2,
                                         "tie_word_embeddings": True}, lengths=(1, 9, 40)),
    Golden("jamba-dense", JambaConfig, JAMBA, F32),
    Golden("jamba-experts", JambaConfig, {**JAMBA, "num_experts": 4, "num_experts_per_tok": 2}, F32),
    Golden("jamba-experts-period", JambaConfig, {**JAMBA, "num_experts": 3, "num_experts_per_tok": 2,
                                                 "expert_layer_period": 3, "expert_layer_offset": 2,
                                                 "tie_word_embeddings": True}, lengths=(1, 9)),
    Golden("jamba-dense-tied", JambaConfig, {**JAMBA, "tie_word_embeddings": True, "mamba_proj_bias": True,
                                             "attn_layer_period": 2, "attn_layer_offset": 0}, lengths=(1, 9, 40)),
)


def random_model(config: PretrainedConfig, seed: int) -> PreTrainedModel:
    """Weights of a spread that makes every part count: states that remember, uneven norms, biases that matter."""
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name:
                parameter.normal_(1.0, 0.2)
            elif name.endswith("A_log"):
                parameter.uniform_(-3.0, 1.5)
            elif name.endswith(".D"):
                parameter.normal_(1.0, 0.5)
            elif name.endswith(("dt_bias", "dt_proj.bias")):
                parameter.normal_(-1.0, 1.0)
            elif name.endswith("bias"):
                parameter.normal_(0.0, 0.3)
            elif "conv1d" in name:
                parameter.normal_(0.0, 0.6)
            elif "embed" in name:
                parameter.normal_(0.0, 1.0 if not config.tie_word_embeddings else 0.2)
            elif "q_proj" in name or "k_proj" in name:
                parameter.normal_(0.0, 1.2 / config.hidden_size ** 0.5)
            else:
                parameter.normal_(0.0, 1.2 / parameter.shape[-1] ** 0.5)
    return model.eval()


@torch.no_grad()
def logits(model: PreTrainedModel, ids: list[int]) -> torch.Tensor:
    return model(torch.tensor([ids]), use_cache=False).logits[0].float()


def reference(model: PreTrainedModel, cases: list[list[int]]) -> dict[str, torch.Tensor] | None:
    """The tensors of reference.safetensors, or None where a greedy step is a near tie or the tokens only repeat. Each
    step computes the whole sequence, so that no cache has a part in it."""
    tensors = {}
    for c, ids in enumerate(cases):
        rows = logits(model, ids)
        all_ids, margins = list(ids), []
        for _ in range(GENERATED):
            best = logits(model, all_ids)[-1].topk(2)
            all_ids.append(int(best.indices[0]))
            margins.append(float(best.values[0] - best.values[1]))
        generated = all_ids[len(ids):]
        if min(margins) < NEAR_TIE * span(rows) or len(set(generated)) < DISTINCT:
            return None
        tensors |= {f"case.{c}.input_ids": torch.tensor(ids), f"case.{c}.logits": rows.contiguous(),
                    f"case.{c}.generated_ids": torch.tensor(generated),
                    f"case.{c}.generated_margin": torch.tensor(margins)}
    return tensors


def write(golden: Golden, folder: Path, seed: int) -> bool:
    """Writes the folder; False where this seed gives no fit reference."""
    shutil.rmtree(folder, ignore_errors=True)
    config = golden.family(**golden.config)
    model = random_model(config, seed).to(golden.dtype)
    model.save_pretrained(folder)
    ids = torch.Generator().manual_seed(seed)
    cases = [torch.randint(3, config.vocab_size, (n,), generator=ids).tolist() for n in golden.lengths]
    saved = load(folder)
    tensors = reference(saved, cases)
    if tensors is None:
        return False
    last = logits(saved, cases[-1])
    if golden.raw:
        fields = json.loads((folder / "config.json").read_text()) | golden.raw
        fields = {key: value for key, value in fields.items() if value is not None}
        (folder / "config.json").write_text(json.dumps(fields, indent=2) + "\n")
    assert torch.equal(last, logits(load(folder), cases[-1])), f"{golden.name}: the rewritten files mean the same"
    if golden.without:
        changed = config.to_dict() | golden.without
        effect = float((logits(load(folder, config=golden.family.from_dict(changed)), cases[-1]) - last).abs().max())
        assert effect > NOTICED * span(last), f"{golden.name}: its feature moves the logits by only {effect}"
    if golden.rename:  # which Transformers itself reads no longer
        found = load_file(folder / "model.safetensors")
        save_file({name.replace(*golden.rename): tensor for name, tensor in found.items()},
                  folder / "model.safetensors", metadata={"format": "pt"})
    save_file(tensors, folder / "reference.safetensors", metadata={
        "format": "tenon-reference-1", "transformers": transformers.__version__,
        "architecture": type(model).__name__, "auto_class": "causal"})
    for file in folder.iterdir():
        file.chmod(0o644)
    return True


def main(names: list[str]) -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    for golden in [g for g in GOLDENS_TO_MAKE if not names or g.name in names]:
        seed = 1
        while not write(golden, GOLDENS / golden.name, seed):
            seed += 1
        size = sum(f.stat().st_size for f in (GOLDENS / golden.name).iterdir())
        print(f"{golden.name}: seed {seed}, {size / 1024:.0f} KiB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

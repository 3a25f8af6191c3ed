"""Makes the goldens `t5-*` and `mt5-*` under `src/test/resources/goldens`: tiny random T5 checkpoints with their references.

    python make_t5_goldens.py [name ...]        # all, or those named

Otherwise as `make_goldens.py`. A case has a source (`input_ids`), what the decoder is given (`decoder_input_ids`, the
start token first) with a row of logits for each of its ids, and the greedy continuation of the start token alone.
"""

import json
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import torch
import transformers
from make_goldens import BF16, BOUND, DISTINCT, F16, F32, GENERATED, GOLDENS, NEAR_TIE, NOTICED, span
from safetensors.torch import load_file, save_file
from transformers import (AutoModelForSeq2SeqLM, DynamicCache, EncoderDecoderCache, MT5Config, PretrainedConfig,
                          PreTrainedModel, T5Config)


@dataclass(frozen=True)
class Golden:
    """One checkpoint. `config` is laid over BASE; `without` are the fields that, changed so, must be noticed."""

    name: str
    config: dict = field(default_factory=dict)
    dtype: torch.dtype = BF16
    lengths: tuple[tuple[int, int], ...] = ((1, 3), (7, 12), (66, 33))     # of source and target
    without: dict = field(default_factory=dict)
    untied: bool = False                # the head has a matrix of its own
    old: bool = False                   # spelling, duplicates and the stray tensor of files before Transformers 5
    family: type[PretrainedConfig] = T5Config


BASE = dict(vocab_size=128, d_model=48, d_kv=10, d_ff=64, num_layers=2, num_heads=4, decoder_start_token_id=0,
            pad_token_id=0, eos_token_id=1)
V1_1 = {"feed_forward_proj": "gated-gelu", "tie_word_embeddings": False}

GOLDENS_TO_MAKE = (
    Golden("t5-f32", {}, F32, ((1, 3), (7, 12), (33, 7), (150, 145)), without={"dense_act_fn": "gelu"}),
    Golden("t5-deep-decoder", {"num_layers": 1, "num_decoder_layers": 3, "relative_attention_num_buckets": 8,
                               "relative_attention_max_distance": 20},
           without={"relative_attention_max_distance": 12}),
    Golden("t5-v1-1", {**V1_1, "num_layers": 3, "num_decoder_layers": 1}, untied=True,
           without={"dense_act_fn": "silu"}),
    Golden("t5-flan-old", {**V1_1, "d_kv": 12}, F16, ((7, 12), (33, 20)), untied=True, old=True,
           without={"scale_decoder_outputs": True}),
    Golden("t5-old", {"d_kv": 12}, F32, ((7, 12), (33, 20)), old=True, without={"scale_decoder_outputs": False}),
    Golden("t5-gated-silu", {"feed_forward_proj": "gated-silu", "layer_norm_epsilon": 0.05}, lengths=((7, 12), (33, 7)),
           without={"layer_norm_epsilon": 1e-6}),
    Golden("mt5-untied", {}, BF16, ((7, 12), (66, 20)), untied=True, family=MT5Config),
    Golden("mt5-tied", {"d_ff": 40}, F32, ((7, 12), (33, 7)), family=MT5Config),
)


def random_model(golden: Golden, config: PretrainedConfig, seed: int) -> PreTrainedModel:
    """Weights of a spread that makes every part count; scores aren't scaled, so queries are small."""
    torch.manual_seed(seed)
    model = AutoModelForSeq2SeqLM.from_config(config)
    if golden.untied:
        model.lm_head.weight = torch.nn.Parameter(torch.empty_like(model.lm_head.weight))
        model.all_tied_weights_keys.pop("lm_head.weight")
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "layer_norm" in name:
                parameter.normal_(1.0, 0.2)
            elif "relative_attention_bias" in name:
                parameter.normal_(0.0, 1.0)
            elif name.endswith("q.weight"):
                parameter.normal_(0.0, 1.5 / (config.d_model * config.d_kv) ** 0.5)
            elif name == "shared.weight":
                parameter.normal_(0.0, 0.5 if golden.untied else 0.03)
            else:
                parameter.normal_(0.0, 1.2 / parameter.shape[1] ** 0.5)
    return model.eval()


def old_spelling(folder: Path, golden: Golden, config: PretrainedConfig) -> None:
    """Rewrites the files in the manner of published checkpoints: every tied tensor again, and one that means nothing."""
    tensors = load_file(folder / "model.safetensors")
    shared = tensors["shared.weight"]
    tensors |= {f"{stack}.embed_tokens.weight": shared.clone() for stack in ("encoder", "decoder")}
    tensors.setdefault("lm_head.weight", shared.clone())
    stray = "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"
    tensors[stray] = torch.zeros(config.relative_attention_num_buckets, config.num_heads, dtype=shared.dtype)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    fields = json.loads((folder / "config.json").read_text())
    fields["torch_dtype"] = fields.pop("dtype")
    for key in ("scale_decoder_outputs", "relative_attention_max_distance", "dense_act_fn", "is_gated_act",
                "tie_word_embeddings"):
        fields.pop(key, None)
    if golden.untied:
        fields["tie_word_embeddings"] = False
    fields |= {"n_positions": 512, "output_past": True, "transformers_version": "4.31.0",
               "task_specific_params": {"summarization": {"num_beams": 4}}}
    (folder / "config.json").write_text(json.dumps(fields, indent=2, sort_keys=True) + "\n")


def load(folder: Path, **overrides) -> PreTrainedModel:
    return AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=F32, attn_implementation="eager", **overrides).eval()


@torch.no_grad()
def logits(model: PreTrainedModel, source: list[int], target: list[int]) -> torch.Tensor:
    return model(input_ids=torch.tensor([source]), decoder_input_ids=torch.tensor([target]),
                 use_cache=False).logits[0]                                         # [n, vocab]


@torch.no_grad()
def padded(model: PreTrainedModel, sources: list[list[int]], targets: list[list[int]]) -> list[torch.Tensor]:
    """The same of all cases in one batch, sources and targets filled up and masked."""
    longest = [max(map(len, rows)) for rows in (sources, targets)]
    ids = torch.tensor([s + [0] * (longest[0] - len(s)) for s in sources])
    mask = torch.tensor([[1] * len(s) + [0] * (longest[0] - len(s)) for s in sources])
    given = torch.tensor([t + [0] * (longest[1] - len(t)) for t in targets])
    rows = model(input_ids=ids, attention_mask=mask, decoder_input_ids=given, use_cache=False).logits
    return [rows[i, :len(t)] for i, t in enumerate(targets)]


@torch.no_grad()
def greedy(model: PreTrainedModel, source: list[int]) -> tuple[list[int], list[float]]:
    """The plain argmax with a cache, from the start token on. Also best minus second best logit."""
    cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
    encoded = model.get_encoder()(input_ids=torch.tensor([source]))
    step, out, margins = [model.config.decoder_start_token_id], [], []
    for _ in range(GENERATED):
        best = model(encoder_outputs=encoded, decoder_input_ids=torch.tensor([step]), past_key_values=cache,
                     use_cache=True).logits[0, -1].topk(2)
        out.append(int(best.indices[0]))
        margins.append(float(best.values[0] - best.values[1]))
        step = out[-1:]
    return out, margins


def reference(folder: Path, sources: list[list[int]], targets: list[list[int]]) -> dict[str, torch.Tensor] | None:
    """The tensors of reference.safetensors, or None where a greedy step is a near tie or the tokens repeat too much."""
    tensors, model = {}, load(folder)
    together = padded(model, sources, targets)
    for c, (source, target) in enumerate(zip(sources, targets)):
        rows = logits(model, source, target)
        assert float((rows - together[c]).abs().max()) < BOUND / 10 * span(rows), "a padded batch is the same"
        generated, margins = greedy(model, source)
        if min(margins) < NEAR_TIE * span(rows) or len(set(generated)) < DISTINCT - 1:
            return None
        tensors |= {f"case.{c}.input_ids": torch.tensor(source), f"case.{c}.decoder_input_ids": torch.tensor(target),
                    f"case.{c}.logits": rows.contiguous(), f"case.{c}.generated_ids": torch.tensor(generated),
                    f"case.{c}.generated_margin": torch.tensor(margins)}
    return tensors


def write(golden: Golden, folder: Path, seed: int) -> bool:
    """Writes the folder; False where this seed gives no fit reference."""
    shutil.rmtree(folder, ignore_errors=True)
    config = golden.family(**BASE | golden.config)
    random_model(golden, config, seed).to(golden.dtype).save_pretrained(folder)
    ids = torch.Generator().manual_seed(seed)
    sources = [torch.randint(3, config.vocab_size, (n,), generator=ids).tolist() for n, _ in golden.lengths]
    targets = [[0] + torch.randint(3, config.vocab_size, (n - 1,), generator=ids).tolist() for _, n in golden.lengths]
    saved = logits(load(folder), sources[-1], targets[-1])
    if golden.old:
        old_spelling(folder, golden, config)
    again = load(folder)
    assert torch.equal(saved, logits(again, sources[-1], targets[-1])), f"{golden.name}: the rewritten files mean the same"
    assert torch.equal(again.lm_head.weight, again.shared.weight) != golden.untied, f"{golden.name}: tied or not"
    tensors = reference(folder, sources, targets)
    if tensors is None:
        return False
    if golden.without:
        other = load(folder, config=golden.family.from_dict(again.config.to_dict() | golden.without))
        for key, value in golden.without.items():
            setattr(other.config, key, value)
        effect = float((logits(other, sources[-1], targets[-1]) - saved).abs().max())
        assert effect > NOTICED * span(saved), f"{golden.name}: its feature moves the logits by only {effect}"
    save_file(tensors, folder / "reference.safetensors", metadata={
        "format": "tenon-reference-1", "transformers": transformers.__version__,
        "architecture": type(again).__name__, "auto_class": "seq2seq"})
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

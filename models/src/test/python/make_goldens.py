"""Makes the golden checkpoints of the families under `src/test/resources/goldens`: tiny random models as Hugging Face
Transformers saves them, each with a `reference.safetensors` of what Transformers computes from those very files.

    python make_goldens.py [name ...]        # all, or those named

The format is described in README.md. Everything is seeded. A golden is only written when it would notice a mistake:
the feature it is named after must move the logits far beyond the bound, and no greedy step may be a near tie.
"""

import json
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import torch
import transformers
from golden_text import PROMPTS, chats, save_tokenizer
from safetensors.torch import load_file, save_file
from transformers import (AutoModelForCausalLM, DynamicCache, Gemma2Config, GenerationConfig, LlamaConfig,
                          MistralConfig, MixtralConfig, Phi3Config, PretrainedConfig, PreTrainedModel, Qwen2Config,
                          Qwen3Config)

GOLDENS = Path(__file__).parents[1] / "resources/goldens"
GENERATED = 12
BOUND = 1e-4            # of the range of a case's logits: what an implementation is held to
NEAR_TIE = 20 * BOUND   # of the range: smallest margin of a greedy step
DISTINCT = 5            # of the generated tokens: the fewest different ones
NOTICED = 100 * BOUND   # of the range: smallest effect of a golden's feature
DECISIVE = 0.06         # of the spread of a router's logits: smallest lead of the last expert chosen, so that narrow types choose it too
DECIDED = 1e-3          # the same for generated tokens, which are compared in float32 alone

F32, BF16, F16 = torch.float32, torch.bfloat16, torch.float16


@dataclass(frozen=True)
class Golden:
    """One checkpoint. `config` is laid over BASE; `without` are the fields that, changed so, must be noticed."""

    name: str
    config: dict = field(default_factory=dict)
    dtype: torch.dtype = BF16
    lengths: tuple[int, ...] = (1, 7, 66)
    without: dict = field(default_factory=dict)
    shard: str | None = None            # largest size of a shard, as save_pretrained takes it
    old: dict | None = None             # how to rewrite config.json in the spelling before Transformers 5
    stray_buffers: bool = False         # adds the rotary_emb.inv_freq that old checkpoints carry
    raw: dict = field(default_factory=dict)     # fields written into config.json as they stand here
    text: bool = False                  # has a tokenizer, and its cases are texts
    joined: bool = False                # experts as Transformers 5 holds them, all in one tensor, not as they are published
    family: type[PretrainedConfig] = LlamaConfig


BASE = dict(vocab_size=128, hidden_size=48, intermediate_size=40, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=128, rms_norm_eps=1e-5, bos_token_id=1, eos_token_id=2,
            tie_word_embeddings=True)
PLAIN = {"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}}


def rope(kind: str, theta: float = 10000.0, **more) -> dict:
    return {"rope_parameters": {"rope_type": kind, "rope_theta": theta, **more}}


LLAMA3 = rope("llama3", 500000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=32)
LONGROPE = dict(short_factor=[1.0, 1.05, 1.1, 1.3, 1.6, 2.0], long_factor=[1.0, 1.4, 2.2, 3.5, 4.0, 4.0],
                original_max_position_embeddings=32)
WINDOW = {"num_hidden_layers": 3, "use_sliding_window": True, "sliding_window": 8}
GEMMA2 = {"head_dim": 16, "query_pre_attn_scalar": 12}
PHI3 = {"hidden_size": 64, "pad_token_id": 0}
PHI3_FACTORS = dict(short_factor=[1.0, 1.1, 1.3, 2.0], long_factor=[1.0, 2.2, 3.5, 4.0])
NO_WINDOW = {"layer_types": ["full_attention"] * 3}

MIXTURE = {"num_local_experts": 8, "num_experts_per_tok": 2, "intermediate_size": 24, "tie_word_embeddings": False}

GOLDENS_TO_MAKE = (
    # Heads
    Golden("llama-mha-f32", {"num_key_value_heads": 4, "tie_word_embeddings": False}, F32, (1, 2, 7, 33, 66)),
    Golden("llama-gqa-tied", {"num_hidden_layers": 3}),
    Golden("llama-mqa-f16", {"num_key_value_heads": 1, "tie_word_embeddings": False}, F16),
    Golden("llama-head-dim-10", {"hidden_size": 60, "num_attention_heads": 3, "num_key_value_heads": 1,
                                 "head_dim": 10, "tie_word_embeddings": False}),
    Golden("llama-head-dim-24", {"hidden_size": 60, "num_attention_heads": 3, "num_key_value_heads": 3,
                                 "head_dim": 24}, lengths=(2, 33)),
    Golden("llama-biases", {"attention_bias": True, "mlp_bias": True, "tie_word_embeddings": False}),
    # Positions
    Golden("llama-theta-500000", rope("default", 500000.0), lengths=(7, 66), without=PLAIN),
    Golden("llama-linear", rope("linear", factor=4.0), without=PLAIN),
    Golden("llama-dynamic", {**rope("dynamic", factor=2.0), "max_position_embeddings": 32},
           lengths=(7, 26, 32, 33, 66), without=PLAIN),
    Golden("llama-yarn", rope("yarn", factor=4.0, original_max_position_embeddings=32), without=PLAIN),
    Golden("llama-yarn-mscale", rope("yarn", factor=4.0, original_max_position_embeddings=32, beta_fast=16.0,
                                     beta_slow=2.0, mscale=0.8, mscale_all_dim=1.4, truncate=False),
           without=rope("yarn", factor=4.0, original_max_position_embeddings=32)),
    Golden("llama-yarn-attention-factor", rope("yarn", factor=4.0, original_max_position_embeddings=32,
                                               attention_factor=1.3), lengths=(7, 33),
           without=rope("yarn", factor=4.0, original_max_position_embeddings=32)),
    Golden("llama-gqa-llama3", LLAMA3, without=rope("default", 500000.0)),
    Golden("llama-longrope", rope("longrope", factor=4.0, **LONGROPE), lengths=(7, 26, 32, 33, 66), without=PLAIN),
    # Feed-forwards
    *(Golden(f"llama-{name}", {"hidden_act": act, "hidden_size": 32, "intermediate_size": 96}, lengths=(7, 16),
             without={"hidden_act": "silu"})
      for name, act in (("gelu", "gelu"), ("gelu-tanh", "gelu_pytorch_tanh"), ("gelu-new", "gelu_new"),
                        ("relu", "relu"), ("relu2", "relu2"))),
    # Files
    Golden("llama-sharded", {"tie_word_embeddings": False}, shard="30KB", lengths=(7, 33)),
    Golden("llama-head-dim-null", {"eos_token_id": [2, 5, 9]}, lengths=(7,), raw={"head_dim": None}),
    # The spelling before Transformers 5, in the manner of published checkpoints
    Golden("llama-old-llama2", {"num_key_value_heads": 4, "tie_word_embeddings": False}, F16, lengths=(1, 7, 66),
           old={"leave_out_defaults": True}, stray_buffers=True),
    Golden("llama-old-linear", rope("linear", 10000.0, factor=2), lengths=(7, 33), without=PLAIN,
           old={"type_key": "type", "leave_out_defaults": True}),
    Golden("llama-old-dynamic", {**rope("dynamic", factor=4), "max_position_embeddings": 32}, F16, lengths=(7, 40),
           without=PLAIN, old={"type_key": "type", "leave_out_defaults": True}),
    Golden("llama-old-yarn", rope("yarn", 20000, factor=4.0, original_max_position_embeddings=32), lengths=(7, 33),
           without=rope("default", 20000.0), old={"type_key": "type"}),
    Golden("llama-old-longrope", rope("longrope", **LONGROPE), lengths=(7, 40), without=PLAIN,
           old={"type_key": "type", "original_outside": True}),
    Golden("llama-old-llama3", {**LLAMA3, "eos_token_id": [3, 4, 5], "tie_word_embeddings": False}, lengths=(7, 33),
           shard="40KB", without=rope("default", 500000.0), old={"type_key": "rope_type"}),
    # Text
    Golden("llama-text", {**LLAMA3, "vocab_size": 320, "bos_token_id": 317,
                          "eos_token_id": [318, 319]}, without=rope("default", 500000.0), text=True),
    # Mistral
    Golden("mistral-window", {"sliding_window": 8}, lengths=(1, 7, 8, 9, 33), without={"sliding_window": None},
           family=MistralConfig),
    Golden("mistral-no-window", {"sliding_window": None, "head_dim": 16, "tie_word_embeddings": False}, F32,
           without={"sliding_window": 8}, family=MistralConfig),
    Golden("mistral-old", {"sliding_window": 16, **rope("default", 1000000.0), "tie_word_embeddings": False}, F16,
           (7, 33), without={"sliding_window": None}, old={"leave_out_defaults": True}, family=MistralConfig),
    # Mixtral
    Golden("mixtral-f32", {**MIXTURE, "head_dim": 16, **rope("default", 1000000.0)}, F32, (1, 2, 7, 33),
           without={"num_experts_per_tok": 1}, family=MixtralConfig),
    Golden("mixtral-window", {**MIXTURE, "num_hidden_layers": 3, "sliding_window": 8, "tie_word_embeddings": True},
           lengths=(1, 7, 8, 9, 33), without={"sliding_window": None}, family=MixtralConfig),
    Golden("mixtral-joined", {**MIXTURE, "num_local_experts": 5, "num_experts_per_tok": 3}, F16, (1, 7, 16),
           without={"num_experts_per_tok": 2}, joined=True, family=MixtralConfig),
    Golden("mixtral-old", {**MIXTURE, **rope("default", 1000000.0)}, BF16, (7, 16), old={"leave_out_defaults": True},
           without={"num_experts_per_tok": 1}, family=MixtralConfig),
    # Qwen2
    Golden("qwen2-biases", rope("default", 1000000.0), F32, without=PLAIN, family=Qwen2Config),
    Golden("qwen2-window", {**WINDOW, "max_window_layers": 1, "tie_word_embeddings": False}, lengths=(1, 8, 33),
           without=NO_WINDOW, family=Qwen2Config),
    Golden("qwen2-layer-types", {**WINDOW, "layer_types": ["sliding_attention", "full_attention", "sliding_attention"]},
           lengths=(7, 33), without=NO_WINDOW, family=Qwen2Config),
    Golden("qwen2-old-window", {**WINDOW, "max_window_layers": 2}, lengths=(7, 33), without=NO_WINDOW, old={},
           family=Qwen2Config),
    Golden("qwen2-old-no-window", {}, lengths=(7, 33), old={"leave_out_defaults": True},
           raw={"sliding_window": 8, "max_window_layers": 1, "use_sliding_window": False}, family=Qwen2Config),
    # Qwen3
    Golden("qwen3-head-norms", {"head_dim": 16, **rope("default", 1000000.0)}, F32, without=PLAIN,
           family=Qwen3Config),
    Golden("qwen3-biases-window", {**WINDOW, "head_dim": 24, "attention_bias": True, "max_window_layers": 1,
                                   "tie_word_embeddings": False}, lengths=(1, 8, 33), without=NO_WINDOW,
           family=Qwen3Config),
    Golden("qwen3-old-yarn", {"head_dim": 16, **rope("yarn", 1000000.0, factor=4.0,
                                                    original_max_position_embeddings=32)}, lengths=(7, 66),
           without=rope("default", 1000000.0), old={}, family=Qwen3Config),
    # Phi-3: factors for the 4 pairs that turn of a head of 16
    Golden("phi3-partial", {**PHI3, **rope("default", partial_rotary_factor=0.5)}, F32,
           without=rope("default", partial_rotary_factor=1.0), family=Phi3Config),
    Golden("phi3-window", {**PHI3, "sliding_window": 8, "tie_word_embeddings": False}, lengths=(1, 7, 8, 9, 33),
           without={"sliding_window": None}, family=Phi3Config),
    Golden("phi3-longrope", {**PHI3, **rope("longrope", partial_rotary_factor=0.5, **PHI3_FACTORS),
                             "original_max_position_embeddings": 32}, lengths=(7, 20, 33, 66),
           without=rope("default", partial_rotary_factor=0.5), family=Phi3Config),
    Golden("phi3-old-su", {**PHI3, **rope("longrope", partial_rotary_factor=0.5, **PHI3_FACTORS),
                           "original_max_position_embeddings": 32}, lengths=(7, 35),
           without=rope("default", partial_rotary_factor=0.5), old={"type_key": "type", "kind": "su"},
           family=Phi3Config),
    # Gemma 2
    Golden("gemma2-scores-capped", {**GEMMA2, "attn_logit_softcapping": 2.0, "final_logit_softcapping": 5.0}, F32,
           without={"attn_logit_softcapping": 50.0}, family=Gemma2Config),
    Golden("gemma2-window", {**GEMMA2, "num_hidden_layers": 3, "sliding_window": 8}, lengths=(1, 7, 8, 9, 33),
           without=NO_WINDOW, family=Gemma2Config),
    Golden("gemma2-not-capped", {**GEMMA2, "num_hidden_layers": 3, "sliding_window": 8, "attention_bias": True,
                                 "layer_types": ["full_attention", "full_attention", "sliding_attention"],
                                 "query_pre_attn_scalar": 40, "attn_logit_softcapping": None,
                                 "final_logit_softcapping": None, "tie_word_embeddings": False}, lengths=(7, 33),
           without={"query_pre_attn_scalar": 16}, family=Gemma2Config),
    Golden("gemma2-old-logits-capped", {**GEMMA2, "final_logit_softcapping": 0.2}, F16, lengths=(7, 33),
           without={"final_logit_softcapping": 30.0}, old={}, raw={"hidden_act": "gelu_pytorch_tanh"},
           family=Gemma2Config),
)


def random_model(config: PretrainedConfig, seed: int) -> PreTrainedModel:
    """Weights of a spread that makes every part count: peaked attention, uneven norms, biases that matter."""
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(config)
    gemma = config.model_type == "gemma2"
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name:
                parameter.normal_(0.0 if gemma else 1.0, 0.2)       # Gemma's are distances from 1
            elif name.endswith("bias"):
                parameter.normal_(0.0, 0.3)
            elif "qkv_proj" in name:
                rows = (config.num_attention_heads + config.num_key_value_heads) * config.hidden_size // config.num_attention_heads
                parameter[:rows].normal_(0.0, 1.5 / config.hidden_size ** 0.5)
                parameter[rows:].normal_(0.0, 1.2 / config.hidden_size ** 0.5)
            elif "q_proj" in name or "k_proj" in name:
                parameter.normal_(0.0, 1.5 / config.hidden_size ** 0.5)
            elif "embed" in name and gemma:
                parameter.normal_(0.0, 0.02)        # multiplied by the root of the hidden size
            elif "embed" in name:
                parameter.normal_(0.0, 1.0 if not config.tie_word_embeddings else 0.2)
            else:
                parameter.normal_(0.0, 1.2 / parameter.shape[-1] ** 0.5)
    return model.eval()


def old_spelling(folder: Path, type_key: str = "rope_type", leave_out_defaults: bool = False,
                 original_outside: bool = False, kind: str | None = None) -> None:
    """Rewrites config.json as the files that most published checkpoints have."""
    config = json.loads((folder / "config.json").read_text())
    scaling = config.pop("rope_parameters")
    theta, kind = scaling.pop("rope_theta"), kind or scaling["rope_type"]
    del scaling["rope_type"]
    config["torch_dtype"] = config.pop("dtype")
    config["rope_theta"] = theta
    config["rope_scaling"] = None if kind == "default" else {type_key: kind, **scaling}
    if original_outside:
        config["original_max_position_embeddings"] = scaling.pop("original_max_position_embeddings")
        config["rope_scaling"] = {type_key: kind, **scaling}
    config.pop("layer_types", None)
    config |= {"_name_or_path": f"somebody/a-{config['model_type']}", "pretraining_tp": 1,
               "transformers_version": "4.31.0"}
    if leave_out_defaults:
        defaults = {"rope_theta": 10000.0, "rope_scaling": None, "tie_word_embeddings": False,
                    "attention_bias": False, "mlp_bias": False, "attention_dropout": 0.0, "head_dim":
                    config["hidden_size"] // config["num_attention_heads"],
                    "num_key_value_heads": config["num_attention_heads"]}
        config = {k: v for k, v in config.items() if k not in defaults or v != defaults[k]}
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def add_stray_buffers(folder: Path, config: LlamaConfig) -> None:
    tensors = load_file(folder / "model.safetensors")
    for layer in range(config.num_hidden_layers):
        exponents = torch.arange(0, config.head_dim, 2).float() / config.head_dim
        tensors[f"model.layers.{layer}.self_attn.rotary_emb.inv_freq"] = 1.0 / 10000.0 ** exponents
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def load(folder: Path, **overrides) -> PreTrainedModel:
    return AutoModelForCausalLM.from_pretrained(folder, dtype=F32, attn_implementation="eager", **overrides).eval()


@torch.no_grad()
def logits(model: PreTrainedModel, ids: list[int]) -> torch.Tensor:
    return model(input_ids=torch.tensor([ids]), use_cache=False).logits[0]          # [n, vocab]


@torch.no_grad()
def lead(model: PreTrainedModel, ids: list[int]) -> torch.Tensor:
    """By how much the last expert chosen leads the next, as a part of the spread of its row's logits: the least of all layers. [n]"""
    leads = []

    def watch(router, _, output):
        best = output[0].topk(router.top_k + 1).values
        leads.append((best[:, -2] - best[:, -1]) / output[0].std(dim=-1))

    hooks = [module.register_forward_hook(watch) for name, module in model.named_modules() if name.endswith("mlp.gate")]
    logits(model, ids)
    for hook in hooks:
        hook.remove()
    return torch.stack(leads).amin(0)


def decisive(model: PreTrainedModel, length: int, source: torch.Generator) -> list[int]:
    """Random ids at each of which every router is decided: choosing another expert is a leap, not a rounding."""
    ids: list[int] = []
    while len(ids) < length:
        one = int(torch.randint(3, model.config.vocab_size, (1,), generator=source))
        if lead(model, [*ids, one])[-1] > DECISIVE:
            ids.append(one)
    return ids


def span(values: torch.Tensor) -> float:
    return float(values.max() - values.min())


@torch.no_grad()
def greedy(model: PreTrainedModel, ids: list[int]) -> tuple[list[int], list[float]]:
    """The plain argmax with a cache: the prompt whole, then token by token. Also best minus second best logit."""
    cache, step, out, margins = DynamicCache(config=model.config), ids, [], []
    for _ in range(GENERATED):
        best = model(input_ids=torch.tensor([step]), past_key_values=cache, use_cache=True).logits[0, -1].topk(2)
        out.append(int(best.indices[0]))
        margins.append(float(best.values[0] - best.values[1]))
        step = out[-1:]
    return out, margins


def reference(folder: Path, cases: list[list[int]]) -> dict[str, torch.Tensor] | None:
    """The tensors of reference.safetensors, or None where a greedy step is a near tie or the tokens only repeat.

    A model is loaded for each forward pass of the prompt: dynamic NTK keeps state from one to the next.
    """
    tensors = {}
    for c, ids in enumerate(cases):
        rows = logits(load(folder), ids)
        generated, margins = greedy(load(folder), ids)
        if min(margins) < NEAR_TIE * span(rows) or len(set(generated)) < DISTINCT:
            return None
        if hasattr(load(folder).config, "num_local_experts") and lead(load(folder), ids + generated).min() < DECIDED:
            return None
        tensors |= {f"case.{c}.input_ids": torch.tensor(ids), f"case.{c}.logits": rows.contiguous(),
                    f"case.{c}.generated_ids": torch.tensor(generated),
                    f"case.{c}.generated_margin": torch.tensor(margins)}
    return tensors


def write(golden: Golden, folder: Path, seed: int) -> bool:
    """Writes the folder; False where this seed gives no fit reference."""
    shutil.rmtree(folder, ignore_errors=True)
    config = golden.family(**BASE | golden.config)
    model = random_model(config, seed).to(golden.dtype)
    if golden.text:
        model.generation_config = GenerationConfig(
            bos_token_id=config.bos_token_id, eos_token_id=config.eos_token_id, do_sample=True, temperature=0.6,
            top_k=20, top_p=0.9, repetition_penalty=1.1, max_new_tokens=24)
    model.save_pretrained(folder, **({"max_shard_size": golden.shard} if golden.shard else {}),
                          **({"save_original_format": False} if golden.joined else {}))
    if golden.text:
        tokenizer = save_tokenizer(folder)
        cases = [tokenizer(text).input_ids for text in PROMPTS]
    else:
        ids = torch.Generator().manual_seed(seed)
        if hasattr(config, "num_local_experts"):
            cases = [decisive(load(folder), n, ids) for n in golden.lengths]
        else:
            cases = [torch.randint(3, config.vocab_size, (n,), generator=ids).tolist() for n in golden.lengths]
    saved = logits(load(folder), cases[-1])
    if golden.old is not None:
        old_spelling(folder, **golden.old)
    if golden.stray_buffers:
        add_stray_buffers(folder, config)
    if golden.raw:
        fields = json.loads((folder / "config.json").read_text()) | golden.raw
        (folder / "config.json").write_text(json.dumps(fields, indent=2) + "\n")
    assert torch.equal(saved, logits(load(folder), cases[-1])), f"{golden.name}: the rewritten files mean the same"
    tensors = reference(folder, cases)
    if tensors is None:
        return False
    if golden.without:
        changed = config.to_dict() | golden.without
        other = load(folder, config=golden.family.from_dict(changed))
        effect = float((logits(other, cases[-1]) - saved).abs().max())
        assert effect > NOTICED * span(saved), f"{golden.name}: its feature moves the logits by only {effect}"
    save_file(tensors, folder / "reference.safetensors", metadata={
        "format": "tenon-reference-1", "transformers": transformers.__version__,
        "architecture": type(model).__name__, "auto_class": "causal"})
    if golden.text:
        continuations = [tokenizer.decode(tensors[f"case.{c}.generated_ids"]) for c in range(len(cases))]
        lines = [json.dumps({"prompt": p, "ids": i, "continuation": t}, ensure_ascii=False)
                 for p, i, t in zip(PROMPTS, cases, continuations)]
        chat_lines = [json.dumps(chat, ensure_ascii=False) for chat in chats(tokenizer)]
        (folder / "text.json").write_text('{"cases": [\n' + ",\n".join(lines) + '\n], "chats": [\n'
                                          + ",\n".join(chat_lines) + "\n]}\n")
    for file in folder.iterdir():
        file.chmod(0o644)
    return True


def main(names: list[str]) -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    chosen = [g for g in GOLDENS_TO_MAKE if not names or g.name in names]
    for golden in chosen:
        seed = 1
        while not write(golden, GOLDENS / golden.name, seed):
            seed += 1
        size = sum(f.stat().st_size for f in (GOLDENS / golden.name).iterdir())
        print(f"{golden.name}: seed {seed}, {size / 1024:.0f} KiB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

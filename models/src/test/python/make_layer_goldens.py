"""Makes the goldens `tenon-*` under `src/test/resources/goldens`: what layers can do that no Llama asks for, held against
models of Hugging Face Transformers that do it.

    python make_layer_goldens.py [name ...]        # all, or those named

`config.json` is the plain tree that Tenon saves an architecture as, and tensors are called by the paths of its parameters;
the reference is computed by the Transformers model that the weights come from. Otherwise as `make_goldens.py`.
"""

import json
import re
import sys
from dataclasses import dataclass, field

import torch
import transformers
from make_goldens import DISTINCT, GOLDENS, NEAR_TIE, NOTICED, greedy, logits, span
from safetensors.torch import save_file
from transformers import (ArceeConfig, AutoModelForCausalLM, Glm4Config, GraniteConfig, MistralConfig,
                          PretrainedConfig, Qwen3Config)

VOCABULARY, HIDDEN, WIDTH, LAYERS, CONTEXT, EPSILON, THETA = 128, 48, 40, 2, 128, 1e-5, 10000.0
BASE = dict(vocab_size=VOCABULARY, hidden_size=HIDDEN, intermediate_size=WIDTH, num_hidden_layers=LAYERS,
            num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=CONTEXT, rms_norm_eps=EPSILON,
            rope_parameters={"rope_type": "default", "rope_theta": THETA}, bos_token_id=1, eos_token_id=2,
            pad_token_id=None, tie_word_embeddings=True)
NORM = {"type": "tenon/rms-norm", "epsilon": EPSILON}
SWIGLU = {"type": "tenon/feed-forward", "width": WIDTH, "activation": "silu", "gated": True}


def attention(**more) -> dict:
    return {"type": "tenon/self-attention", "heads": 4, "kvHeads": 2, "rope": {"theta": THETA}, **more}


def branch(name: str, body: dict, **more) -> dict:
    return {"name": name, "before": NORM, "body": body, **more}


@dataclass(frozen=True)
class Golden:
    """A Transformers model and what Tenon calls it. `without` are the fields that, changed so, must be noticed."""

    name: str
    config: PretrainedConfig
    mixer: dict
    channels: dict
    without: dict = field(default_factory=dict)
    names: dict = field(default_factory=dict)       # of tensors, beside those that all models share
    lengths: tuple[int, ...] = (1, 7, 33)


GOLDENS_TO_MAKE = (
    Golden("tenon-head-norm", Qwen3Config(**BASE | {"head_dim": 16}), branch("mixer", attention(headDim=16, headNorm=EPSILON)),
           branch("channels", SWIGLU),
           names={r"self_attn\.([qk])_norm\.": r"mixer.\1Norm."}),
    Golden("tenon-window", MistralConfig(**BASE | {"sliding_window": 8}), branch("mixer", attention(window=8)),
           branch("channels", SWIGLU), without={"sliding_window": None}),
    Golden("tenon-interleaved-sandwich",
           Glm4Config(**BASE | {"head_dim": 12, "attention_bias": True, "rope_parameters":
                                {**BASE["rope_parameters"], "partial_rotary_factor": 0.5}}),
           branch("mixer", attention(qkvBias=True, rope={"theta": THETA, "fraction": 0.5, "interleaved": True}), after=NORM),
           branch("channels", SWIGLU, after=NORM),
           without={"rope_parameters": {**BASE["rope_parameters"], "partial_rotary_factor": 1.0}},
           names={r"post_self_attn_layernorm": "mixerPostNorm", r"post_mlp_layernorm": "channelsPostNorm"}),
    Golden("tenon-multipliers",
           GraniteConfig(**BASE | {"residual_multiplier": 0.6, "attention_multiplier": 0.45, "embedding_multiplier": 1.0,
                                   "logits_scaling": 1.0}),
           branch("mixer", attention(scale=0.45), multiplier=0.6), branch("channels", SWIGLU, multiplier=0.6),
           without={"residual_multiplier": 1.0}),
    Golden("tenon-plain-feed-forward", ArceeConfig(**BASE | {"hidden_act": "relu2", "mlp_bias": True}),
           branch("mixer", attention()),
           branch("channels", {"type": "tenon/feed-forward", "width": WIDTH, "activation": "relu_squared", "gated": False,
                               "bias": True}),
           without={"hidden_act": "silu"}, names={r"mlp\.up_proj\.": "channels.up."}),
)

NAMES = {r"^model\.embed_tokens\.": "embedding.", r"^model\.": "", r"input_layernorm": "mixerNorm",
         r"post_attention_layernorm": "channelsNorm", r"self_attn\.([qkv])_proj\.": r"mixer.qkv.\1.",
         r"self_attn\.o_proj\.": "mixer.out.", r"mlp\.(gate|up)_proj\.": r"channels.gateUp.\1.",
         r"mlp\.down_proj\.": "channels.down."}


def randomise(model: torch.nn.Module) -> None:
    """Weights of a spread that makes every part count: peaked attention, uneven norms, biases that matter."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name:
                parameter.normal_(1.0, 0.2)
            elif name.endswith("bias"):
                parameter.normal_(0.0, 0.3)
            elif "q_proj" in name or "k_proj" in name:
                parameter.normal_(0.0, 1.5 / HIDDEN ** 0.5)
            elif "embed" in name:
                parameter.normal_(0.0, 0.2)
            else:
                parameter.normal_(0.0, 1.2 / parameter.shape[1] ** 0.5)
            parameter.copy_(parameter.to(torch.bfloat16))          # as it is saved; buffers stay as they are


def tensors(model: torch.nn.Module, names: dict) -> dict[str, torch.Tensor]:
    """The weights by the paths of Tenon's parameters."""
    found = {}
    for name, tensor in model.state_dict().items():
        if name == "lm_head.weight":
            continue
        for pattern, path in (names | NAMES).items():
            name = re.sub(pattern, path, name)
        if "gate_up_proj" in name:                  # fused in the reference
            for part, rows in zip(("gate", "up"), tensor.chunk(2)):
                found[name.replace("mlp.gate_up_proj", f"channels.gateUp.{part}")] = rows.to(torch.bfloat16).contiguous()
        else:
            found[name] = tensor.to(torch.bfloat16)
    return found


def tree(golden: Golden) -> dict:
    layer = {"type": "tenon/block", "branches": [golden.mixer, golden.channels]}
    stack = {"name": "decoder", "hidden": HIDDEN, "embedding": {"type": "tenon/embedding"}, "layers": [layer] * LAYERS,
             "norm": NORM}
    return {"model_type": "tenon", "vocabulary": VOCABULARY, "context": CONTEXT, "stacks": [stack],
            "heads": {"head": {"type": "tenon/head", "tiedTo": "embedding.weight"}}}


def make(golden: Golden, seed: int) -> bool:
    """Writes the folder; False where this seed gives no fit reference."""
    torch.manual_seed(seed)
    model = AutoModelForCausalLM.from_config(golden.config, attn_implementation="eager").eval()
    randomise(model)
    ids = torch.Generator().manual_seed(seed)
    cases = [torch.randint(3, VOCABULARY, (n,), generator=ids).tolist() for n in golden.lengths]
    reference = {}
    for c, case in enumerate(cases):
        rows = logits(model, case)
        generated, margins = greedy(model, case)
        if min(margins) < NEAR_TIE * span(rows) or len(set(generated)) < DISTINCT:
            return False
        reference |= {f"case.{c}.input_ids": torch.tensor(case), f"case.{c}.logits": rows.contiguous(),
                      f"case.{c}.generated_ids": torch.tensor(generated),
                      f"case.{c}.generated_margin": torch.tensor(margins)}
    if golden.without:
        other = AutoModelForCausalLM.from_config(type(golden.config).from_dict(golden.config.to_dict() | golden.without),
                                                 attn_implementation="eager").eval()
        other.load_state_dict(model.state_dict())
        effect = float((logits(other, cases[-1]) - rows).abs().max())
        assert effect > NOTICED * span(rows), f"{golden.name}: its feature moves the logits by only {effect}"
    folder = GOLDENS / golden.name
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(tree(golden), indent=2) + "\n")
    save_file(tensors(model, golden.names), folder / "model.safetensors", metadata={"format": "pt"})
    save_file(reference, folder / "reference.safetensors", metadata={
        "format": "tenon-reference-1", "transformers": transformers.__version__,
        "architecture": type(model).__name__, "auto_class": "causal"})
    for file in folder.iterdir():
        file.chmod(0o644)
    return True


def main(names: list[str]) -> None:
    torch.set_num_threads(1)
    for golden in GOLDENS_TO_MAKE:
        if not names or golden.name in names:
            seed = 1
            while not make(golden, seed):
                seed += 1
            print(f"{golden.name}: seed {seed}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

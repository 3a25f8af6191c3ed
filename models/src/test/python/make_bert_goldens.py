"""Makes the golden checkpoints of BERT under `src/test/resources/goldens`: one for each class, with what Transformers computes.

    python make_bert_goldens.py [name ...]        # all, or those named

The format is described in README.md. Everything is seeded.
"""

import json
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import (BertConfig, BertForMaskedLM, BertForPreTraining, BertForSequenceClassification, BertModel,
                          PreTrainedModel)

GOLDENS = Path(__file__).parents[1] / "resources/goldens"
BOUND = 1e-4            # of the range of a case's numbers: what an implementation is held to
NOTICED = 100 * BOUND   # of the range: smallest effect of a golden's feature, and of the types of tokens
F32, BF16, F16 = torch.float32, torch.bfloat16, torch.float16

BASE = dict(vocab_size=96, hidden_size=48, num_hidden_layers=2, num_attention_heads=4, intermediate_size=80,
            max_position_embeddings=72, type_vocab_size=2)


@dataclass(frozen=True)
class Golden:
    """One checkpoint. `config` is laid over BASE; `without` are the fields that, changed so, must be noticed."""

    name: str
    model: type[PreTrainedModel]
    kind: str                           # what reference.safetensors calls it
    config: dict = field(default_factory=dict)
    dtype: torch.dtype = F32
    lengths: tuple[int, ...] = (1, 7, 33, 72)
    without: dict = field(default_factory=dict)
    pooler: bool = True
    published: bool = False             # named and filled as bert-base-uncased is


GOLDENS_TO_MAKE = (
    Golden("bert-body", BertModel, "encoder", lengths=(1, 2, 7, 33, 72)),
    Golden("bert-body-without-pooler", BertModel, "encoder", {"hidden_act": "gelu_new", "layer_norm_eps": 1e-5}, F16,
           (7, 33), {"hidden_act": "relu"}, pooler=False),
    Golden("bert-masked", BertForMaskedLM, "masked", {"type_vocab_size": 3}, without={"hidden_act": "relu"}),
    Golden("bert-masked-untied", BertForMaskedLM, "masked", {"tie_word_embeddings": False, "num_attention_heads": 3},
           BF16, (7, 33)),
    Golden("bert-classifier", BertForSequenceClassification, "classifier",
           {"id2label": {0: "good", 1: "bad", 2: "neither"}, "label2id": {"good": 0, "bad": 1, "neither": 2}}),
    Golden("bert-published", BertForPreTraining, "masked", lengths=(7, 33), published=True),
)


def random_model(golden: Golden, seed: int) -> PreTrainedModel:
    """Weights of a spread that makes every part count: peaked attention, uneven norms, biases that matter."""
    torch.manual_seed(seed)
    more = {"add_pooling_layer": golden.pooler} if golden.model is BertModel else {}
    model = golden.model(BertConfig(**BASE | golden.config), **more)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "LayerNorm.weight" in name:
                parameter.normal_(1.0, 0.2)
            elif name.endswith("bias"):
                parameter.normal_(0.0, 0.3)
            elif "query" in name or "key" in name:
                parameter.normal_(0.0, 1.5 / parameter.shape[1] ** 0.5)
            elif "embeddings" in name:
                parameter.normal_(0.0, 0.5)
            else:
                parameter.normal_(0.0, 1.2 / parameter.shape[1] ** 0.5)
    return model.eval()


def as_published(folder: Path) -> None:
    """Names, files and fields in the manner of google-bert/bert-base-uncased, which calls itself BertForMaskedLM."""
    tensors = {}
    for name, x in load_file(folder / "model.safetensors").items():
        name = re.sub(r"LayerNorm\.weight$", "LayerNorm.gamma", name)
        tensors[re.sub(r"LayerNorm\.bias$", "LayerNorm.beta", name)] = x
    positions = tensors["bert.embeddings.position_embeddings.weight"].shape[0]
    tensors["bert.embeddings.position_ids"] = torch.arange(positions).view(1, -1)
    tensors["cls.predictions.decoder.weight"] = tensors["bert.embeddings.word_embeddings.weight"].clone()
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    fields = json.loads((folder / "config.json").read_text())
    del fields["dtype"], fields["tie_word_embeddings"], fields["is_decoder"], fields["add_cross_attention"]
    fields |= {"architectures": ["BertForMaskedLM"], "gradient_checkpointing": False,
               "position_embedding_type": "absolute", "transformers_version": "4.6.0.dev0"}
    (folder / "config.json").write_text(json.dumps(fields, indent=2, sort_keys=True) + "\n")


def load(golden: Golden, folder: Path, **more) -> PreTrainedModel:
    if golden.model is BertModel:
        more["add_pooling_layer"] = golden.pooler
    return golden.model.from_pretrained(folder, dtype=F32, attn_implementation="eager", **more).eval()


@torch.no_grad()
def outputs(model: PreTrainedModel, ids: list[int], types: list[int]) -> dict[str, torch.Tensor]:
    """What a case's fields are called, and what they hold."""
    found = model(input_ids=torch.tensor([ids]), token_type_ids=torch.tensor([types]), output_hidden_states=True)
    fields = {"last_hidden_state": found.hidden_states[-1][0]}                  # [n, hidden]
    body = model if isinstance(model, BertModel) else model.bert
    if body.pooler is not None:
        fields["pooler_output"] = body.pooler(found.hidden_states[-1])[0]       # [hidden]
    if isinstance(model, BertForPreTraining):
        fields["logits"] = found.prediction_logits[0]                           # [n, vocab]
    elif not isinstance(model, BertModel):
        fields["logits"] = found.logits[0]                                      # [n, vocab], or [classes]
    return fields


def span(values: torch.Tensor) -> float:
    return float(values.max() - values.min())


def effect(found: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> float:
    return max(float((found[name] - other[name]).abs().max()) / span(found[name]) for name in found)


def write(golden: Golden, folder: Path, seed: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    model = random_model(golden, seed).to(golden.dtype)
    model.save_pretrained(folder)
    generator = torch.Generator().manual_seed(seed)
    cases = []
    for n in golden.lengths:
        ids = torch.randint(3, model.config.vocab_size, (n,), generator=generator).tolist()
        cases.append((ids, [0] * (n - n // 3) + [model.config.type_vocab_size - 1] * (n // 3)))
    saved = outputs(load(golden, folder), *cases[-1])
    if golden.published:
        as_published(folder)
        again = outputs(load(golden, folder), *cases[-1])
        assert all(torch.equal(saved[name], again[name]) for name in saved), "the rewritten files mean the same"
    reader = load(golden, folder)
    tensors = {}
    for c, (ids, types) in enumerate(cases):
        tensors |= {f"case.{c}.input_ids": torch.tensor(ids), f"case.{c}.token_type_ids": torch.tensor(types)}
        tensors |= {f"case.{c}.{name}": x.contiguous() for name, x in outputs(reader, ids, types).items()}
    ids, types = cases[-1]
    assert effect(saved, outputs(reader, ids, [0] * len(ids))) > NOTICED, f"{golden.name}: types of tokens don't show"
    if golden.without:
        other = load(golden, folder, config=BertConfig.from_dict(reader.config.to_dict() | golden.without))
        assert effect(saved, outputs(other, ids, types)) > NOTICED, f"{golden.name}: its feature doesn't show"
    save_file(tensors, folder / "reference.safetensors", metadata={
        "format": "tenon-reference-1", "transformers": transformers.__version__,
        "architecture": golden.model.__name__, "auto_class": golden.kind})
    for file in folder.iterdir():
        file.chmod(0o644)


def main(names: list[str]) -> None:
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()
    for golden in (g for g in GOLDENS_TO_MAKE if not names or g.name in names):
        write(golden, GOLDENS / golden.name, 1)
        size = sum(f.stat().st_size for f in (GOLDENS / golden.name).iterdir())
        print(f"{golden.name}: {size / 1024:.0f} KiB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

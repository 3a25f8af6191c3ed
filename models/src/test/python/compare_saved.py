"""Compares what Transformers computes from models that Tenon saved with what it computed from their originals.

    python compare_saved.py SAVED [name ...]    # all, or those named

SAVED holds a folder for each golden, as `SavedGoldensTest` leaves them in `models/target/saved`. Each is loaded into the class
that made its reference; a tensor that is missing, unexpected or of another shape fails it, and so does a difference above
1e-4 of the range of what the reference says. What only Tenon reads (`model_type: tenon`) is counted by itself.
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors import safe_open

GOLDENS = Path(__file__).resolve().parent.parent / "resources" / "goldens"
BOUND = 1e-4
UNUSED = {"cls.predictions.bias"}                # an untied BERT adds its decoder's own bias, and this one never
COMPARED = ("logits", "last_hidden_state", "pooler_output")


def read(name: str) -> tuple[str, dict[str, torch.Tensor]]:
    """The class that made a reference, and its tensors."""
    with safe_open(GOLDENS / name / "reference.safetensors", framework="pt") as opened:
        return opened.metadata()["architecture"], {key: opened.get_tensor(key) for key in opened.keys()}


def load(folder: Path, architecture: str, pooled: bool) -> tuple[torch.nn.Module, list[str]]:
    """The model, and which tensors aren't as the class expects them."""
    more = {"add_pooling_layer": pooled} if architecture == "BertModel" else {}
    model, info = getattr(transformers, architecture).from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True, **more)
    wrong = {kind: set(map(str, info[kind])) for kind in ("missing_keys", "unexpected_keys", "mismatched_keys")}
    if not model.config.tie_word_embeddings:
        wrong["missing_keys"] -= UNUSED
    return model.eval(), [f"{kind}: {sorted(names)}" for kind, names in wrong.items() if names]


@torch.no_grad()
def outputs(model: torch.nn.Module, case: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    inputs = {key: case[key][None] for key in ("input_ids", "token_type_ids", "decoder_input_ids") if key in case}
    encoder = "token_type_ids" in case
    if not encoder:
        return {"logits": model(**inputs, use_cache=False).logits[0]}
    found = model(**inputs, output_hidden_states=True)
    hidden, body = found.hidden_states[-1], getattr(model, model.base_model_prefix, model)
    fields = {"last_hidden_state": hidden[0]}
    if body.pooler is not None:
        fields["pooler_output"] = body.pooler(hidden)[0]
    for head in ("logits", "prediction_logits"):
        if head in found:
            fields["logits"] = found[head][0]
    return fields


def deviation(folder: Path) -> tuple[float, list[str]]:
    """The largest difference as a part of the range, and what is wrong with the tensors."""
    architecture, tensors = read(folder.name)
    worst, wrong = 0.0, []
    for c in range(len({key.split(".")[1] for key in tensors})):
        case = {key.split(".")[2]: x for key, x in tensors.items() if key.startswith(f"case.{c}.")}
        # anew: dynamic RoPE keeps state from one pass to the next
        model, wrong = load(folder, architecture, "pooler_output" in case)
        found = outputs(model, case)
        for name in COMPARED:
            if name in case:
                expected = case[name].float()
                off = (found[name].float() - expected).abs().max() / (expected.max() - expected.min())
                worst = max(worst, float(off.nan_to_num(float("inf"))))
    return worst, wrong


def main(saved: Path, names: list[str]) -> None:
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    missing = sorted({path.name for path in GOLDENS.iterdir()} - {path.name for path in saved.iterdir()})
    failed = [] if names else list(missing)
    compared = own = 0
    for name in names or sorted(path.name for path in GOLDENS.iterdir() if path.name not in missing):
        folder = saved / name
        if json.loads((folder / "config.json").read_text())["model_type"] == "tenon":
            own += 1
            print(f"{name}: only Tenon reads it")
            continue
        compared += 1
        try:
            worst, wrong = deviation(folder)
        except Exception as failure:                # one that can't be read at all doesn't hide the others
            worst, wrong = float("inf"), [f"{type(failure).__name__}: {failure}"]
        print(f"{name}: {worst:.1e} of the range", *wrong, sep="; ", flush=True)
        if worst > BOUND or wrong:
            failed.append(name)
    print(f"{compared} compared, {own} that only Tenon reads, not saved: {missing or 'none'}, failed: {failed or 'none'}")
    sys.exit(1 if failed or not compared else 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])

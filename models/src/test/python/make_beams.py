"""Writes `beams.json` beside goldens that are there already: what beam search of Transformers finds from those very files.

    python make_beams.py [name ...]        # all, or those named

A search is only kept where F64 finds the same sequences, so that none hangs on rounding.
"""

import json
import sys

import torch
import transformers
from make_goldens import F32, GOLDENS
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM, DynamicCache, EncoderDecoderCache

CAUSAL = ["llama-gqa-tied", "mamba-tied-f32", "mamba2-f32", "bamba-hybrid", "jamba-dense"]
MOST = 24
ENDS = list(range(1, 128, 7))                   # frequent ends, so that beams finish at different lengths
STOPPING = {True: "WHEN_FULL", False: "HEURISTIC", "never": "NEVER_EARLY"}
SEARCHES = [(4, 1.0, False, 4), (3, 0.0, True, 3), (2, 2.0, "never", 2), (5, -0.7, False, 3), (4, 1.5, True, 1),
            (3, 0.6, "never", 3)]


@torch.no_grad()
def search(model, ids: list[int], ends: list[int], setting: tuple) -> list[tuple[list[int], float]]:
    beams, penalty, stopping, returned = setting
    cache = {}
    if model.config.is_encoder_decoder:         # generate() would make one with the encoder's number of layers
        cache["past_key_values"] = EncoderDecoderCache(DynamicCache(), DynamicCache())
    found = model.generate(torch.tensor([ids]), num_beams=beams, length_penalty=penalty, early_stopping=stopping,
                           num_return_sequences=returned, max_new_tokens=MOST, do_sample=False, eos_token_id=ends,
                           pad_token_id=0, return_dict_in_generate=True, output_scores=True, top_k=None,
                           temperature=None, top_p=None, repetition_penalty=1.0, **cache)
    return [(trimmed(row, model, ids, ends), float(score))
            for row, score in zip(found.sequences, found.sequences_scores)]


def trimmed(row: torch.Tensor, model, ids: list[int], ends: list[int]) -> list[int]:
    out = row[1 if model.config.is_encoder_decoder else len(ids):].tolist()
    for i, token in enumerate(out):
        if token in ends:
            return out[:i + 1]
    return out[:MOST]


def chosen() -> dict[str, type]:
    """Every encoder with a decoder, and of the causal families those that differ in what their beams keep."""
    folders = sorted(path.name for family in ("t5-*", "mt5-*") for path in GOLDENS.glob(family))
    return dict.fromkeys(folders, AutoModelForSeq2SeqLM) | dict.fromkeys(CAUSAL, AutoModelForCausalLM)


def main(names: list[str]) -> None:
    torch.set_num_threads(1)
    for name, kind in chosen().items():
        if names and name not in names:
            continue
        folder, searches = GOLDENS / name, []
        model = kind.from_pretrained(folder, dtype=F32, attn_implementation="eager").eval()
        exact = kind.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()
        cases = load_file(folder / "reference.safetensors")
        for c in range(sum(key.endswith(".input_ids") and "decoder" not in key for key in cases)):
            ids = cases[f"case.{c}.input_ids"].tolist()
            for ends in (ENDS, [1]):
                for setting in SEARCHES:
                    found = search(model, ids, ends, setting)
                    if [ids for ids, _ in found] != [ids for ids, _ in search(exact, ids, ends, setting)]:
                        continue
                    beams, penalty, stopping, returned = setting
                    searches.append({"ids": ids, "ends": ends, "beams": beams, "lengthPenalty": penalty,
                                     "stopping": STOPPING[stopping], "returned": returned, "maxTokens": MOST,
                                     "found": [{"ids": ids, "score": score} for ids, score in found]})
        lines = ",\n".join(json.dumps(one) for one in searches)
        (folder / "beams.json").write_text(f'{{"transformers": "{transformers.__version__}", "searches": [\n{lines}\n]}}\n')
        print(name, len(searches), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

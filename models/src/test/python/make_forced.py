"""Writes `forced.json` beside the golden `t5-v1-1`: what Transformers generates from those very files, greedily and with beams, where
`generation_config.json` forces the first or the last token, or has another start token for the decoder.

    python make_forced.py

A setting is only kept where F64 finds the same sequences, so that none hangs on rounding, and where they differ: of beams that were forced to
begin alike and to end at once, Transformers gives the same sequence several times, with a score of -1e9.
"""

import json

import torch
import transformers
from make_goldens import F32, GOLDENS
from safetensors.torch import load_file
from transformers import AutoModelForSeq2SeqLM, GenerationConfig

NAME = "t5-v1-1"
FILES = ({"decoder_start_token_id": 0, "pad_token_id": 0, "eos_token_id": 1, "forced_eos_token_id": 1},
         {"decoder_start_token_id": 5, "pad_token_id": 0, "eos_token_id": 1, "forced_bos_token_id": 9},
         {"decoder_start_token_id": 3, "pad_token_id": 0, "eos_token_id": 1, "forced_bos_token_id": 9,
          "forced_eos_token_id": 2})


@torch.no_grad()
def outputs(model, ids: list[int], file: dict, most: int, beams: int) -> list[list[int]]:
    config = GenerationConfig(**file, max_new_tokens=most, num_beams=beams, num_return_sequences=beams, do_sample=False)
    found = []
    for row in model.generate(torch.tensor([ids]), generation_config=config).tolist():
        out = row[1:]
        found.append(out[:out.index(1) + 1] if 1 in out else out[:most])
    return found


def main() -> None:
    torch.set_num_threads(1)
    folder = GOLDENS / NAME
    model = AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=F32, attn_implementation="eager").eval()
    exact = AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager").eval()
    cases = load_file(folder / "reference.safetensors")
    files = []
    for file in FILES:
        runs = []
        for c in range(sum(key.endswith(".input_ids") and "decoder" not in key for key in cases)):
            ids = cases[f"case.{c}.input_ids"].tolist()
            for most, beams in ((1, 1), (9, 1), (9, 3), (2, 4), (20, 2)):
                found = outputs(model, ids, file, most, beams)
                if found == outputs(exact, ids, file, most, beams) and all(found.count(one) == 1 for one in found):
                    runs.append({"ids": ids, "maxTokens": most, "beams": beams, "found": found})
        files.append({"generation": file, "runs": runs})
        print(len(runs), flush=True)
    (folder / "forced.json").write_text(
        json.dumps({"transformers": transformers.__version__, "files": files}).replace('{"ids"', '\n{"ids"') + "\n")


if __name__ == "__main__":
    main()

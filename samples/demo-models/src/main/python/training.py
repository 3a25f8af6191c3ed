"""What the scripts that train the smaller demo models share: tokenizers of whole words, the optimisers and their schedule, saving, and held-out answers.

A task gives examples `(prompt, answer)`; a prompt that is held out never comes up in training.
"""

import argparse
import json
import math
import random
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from torch.nn import functional
from transformers import GenerationConfig, PreTrainedTokenizerFast

RESOURCES = Path(__file__).parents[1] / "resources/org/tenon/demo"
IGNORED = -100                   # the label of what isn't to be learnt


def train_tokenizer(texts: Iterable[str], specials: list[str], template: str, size: int) -> Tokenizer:
    """Byte-level BPE that knows the words of some texts; digits stand alone."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True),
                                                       pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=size, special_tokens=specials, show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet())))
    used = [(token, tokenizer.token_to_id(token)) for token in specials if token in template]
    tokenizer.post_processor = processors.TemplateProcessing(single=template, special_tokens=used)
    return tokenizer


def padded(rows: list[list[int]], filler: int) -> torch.Tensor:
    width = max(map(len, rows))
    return torch.tensor([row + [filler] * (width - len(row)) for row in rows])


def train(model: torch.nn.Module, batches: Iterable[dict], arguments: argparse.Namespace, save: Callable[[], None]) -> None:
    """Muon for the matrices of the layers, AdamW for all else; a linear warm-up, then a cosine down to a fiftieth."""
    def matrix(name: str, parameter: torch.Tensor) -> bool:
        return parameter.ndim == 2 and not any(part in name for part in ("embed", "shared", "lm_head", "relative", "router", "gate.weight"))

    named = list(model.named_parameters())
    optimizers = [torch.optim.Muon([p for n, p in named if matrix(n, p)], lr=arguments.rate, weight_decay=0.05, momentum=0.95,
                                   adjust_lr_fn="match_rms_adamw"),
                  torch.optim.AdamW([p for n, p in named if not matrix(n, p)], lr=arguments.rate, weight_decay=0.0, betas=(0.9, 0.98))]

    def rate(step: int) -> float:
        if step < arguments.warmup:
            return (step + 1) / arguments.warmup
        done = (step - arguments.warmup) / max(1, arguments.steps - arguments.warmup)
        return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done))

    schedules = [torch.optim.lr_scheduler.LambdaLR(o, rate) for o in optimizers]
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters", flush=True)
    started, total, tokens = time.time(), 0.0, 0
    model.train()
    for step, batch in zip(range(1, arguments.steps + 1), batches):
        labels = batch.pop("labels")
        output = model(**batch, use_cache=False)
        loss = functional.cross_entropy(output.logits.flatten(0, 1).float(), labels.flatten(), ignore_index=IGNORED)
        extra = getattr(output, "aux_loss", None)
        (loss if extra is None else loss + 0.01 * extra).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer, schedule in zip(optimizers, schedules):
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        total += loss.item()
        tokens += int((labels != IGNORED).sum())
        if step % 50 == 0:
            print(f"step {step}: loss {total / 50:.4f}, {tokens:,} tokens learnt, {time.time() - started:.0f} s", flush=True)
            total = 0.0
        if step % 500 == 0 or step == arguments.steps:
            save()


def save(model: torch.nn.Module, tokenizer: Tokenizer, folder: Path, context: int, generation: dict, **specials: str) -> None:
    """The files as Transformers saves them, the weights in BF16."""
    folder.mkdir(parents=True, exist_ok=True)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=context, clean_up_tokenization_spaces=False,
                            **specials).save_pretrained(folder)
    stored = type(model)(model.config)
    stored.load_state_dict(model.state_dict())
    stored = stored.to(torch.bfloat16)
    stored.generation_config = GenerationConfig(**generation)
    stored.save_pretrained(folder)


@torch.no_grad()
def held_out(items: list[tuple[str, str, str]], answer: Callable[[str], str], folder: Path) -> None:
    """Items are kind, prompt and right answer; writes what share the saved model answers, greedily and in float32."""
    right: dict[str, list[bool]] = {}
    for number, (kind, prompt, wanted) in enumerate(items):
        found = answer(prompt)
        right.setdefault(kind, []).append(found == wanted)
        if found != wanted and number < 40:
            print(f"{prompt[-60:]!r}: {found!r}, not {wanted!r}")
    measured = {"accuracy": sum(map(sum, right.values())) / len(items), **{kind: sum(hits) / len(hits) for kind, hits in right.items()}}
    (folder / "heldout.json").write_text(json.dumps({
        "description": "The greedy answer to a prompt that was held out of training, whole, against the right one.",
        "measured": measured,
        "items": [{"kind": kind, "prompt": prompt, "answer": wanted} for kind, prompt, wanted in items]}, indent=1) + "\n")
    print(json.dumps(measured, indent=1))


def causal_answer(model, tokenizer, longest: int) -> Callable[[str], str]:
    """The greedy continuation up to its first full stop."""
    @torch.no_grad()
    def answer(prompt: str) -> str:
        ids = tokenizer(prompt, return_tensors="pt").input_ids
        out = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=longest)
        return tokenizer.decode(out[0, ids.shape[1]:], skip_special_tokens=True).split(".")[0] + "."

    return answer


def arguments(description: str, steps: int, batch: int, rate: float, folder: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("train", "heldout"))
    parser.add_argument("--out", type=Path, default=RESOURCES / folder)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--steps", type=int, default=steps)
    parser.add_argument("--warmup", type=int, default=100)
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--rate", type=float, default=rate)
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args()
    torch.manual_seed(chosen.seed)
    torch.set_num_threads(chosen.threads)
    random.seed(chosen.seed)
    return chosen

"""Trains the demo model: a Llama of about 1.3 million parameters on stories that `stories.py` makes up.

    python train_llama.py train     # writes the model's folder, and a checkpoint of it every few hundred steps
    python train_llama.py heldout   # writes heldout.json, with the accuracy that the saved files reach
    python train_llama.py samples   # prints some sampled stories

Needs torch, transformers 5, tokenizers and safetensors. Trains in about half an hour of one processor core.
"""

import argparse
import json
import math
import random
import time
from pathlib import Path

import torch
from stories import Question, Story, is_held_out, make_story
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from torch.nn import functional
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig, LlamaConfig, LlamaForCausalLM
from transformers import PreTrainedTokenizerFast

MODEL = Path(__file__).parents[1] / "resources/org/tenon/demo/llama"
BEGIN, END = "<|begin|>", "<|end|>"
CONTEXT = 512
LONGEST = 224                   # tokens of a training story; longer ones are dropped
ANSWER_WEIGHT = 4.0             # the loss of an answer's tokens counts more: they are what the events decide
KINDS = ("where is the object", "who has the object", "where is the person", "why sad", "why happy")


def train_tokenizer(seed: int) -> Tokenizer:
    rng = random.Random(seed)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=1024, special_tokens=[BEGIN, END], show_progress=False,
                                  initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    stories = (make_story(rng) for _ in range(20_000))
    tokenizer.train_from_iterator((s.told(s.questions) for s in stories), trainer)
    begin = tokenizer.token_to_id(BEGIN)
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{BEGIN} $A", pair=f"{BEGIN} $A $B",
                                                             special_tokens=[(BEGIN, begin)])
    return tokenizer


class Examples:
    """An endless, seeded row of batches; no story is made twice on purpose.

    `ease` goes from 1 to 0 in the first half of the training. At first many stories break off early and are asked
    about in full, so that the model learns from short ones to follow who is where; in the end all are whole.
    """

    def __init__(self, tokenizer: Tokenizer, seed: int, batch: int):
        self.tokenizer, self.rng, self.batch, self.ease = tokenizer, random.Random(seed), batch, 1.0
        self.begin, self.end = tokenizer.token_to_id(BEGIN), tokenizer.token_to_id(END)

    def encode(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def example(self) -> tuple[list[int], list[float]]:
        """Ids, and the weight of each id's loss. Pieces meet at a blank, so they encode as the whole text does."""
        early = self.rng.random() < 0.7 * self.ease
        story = make_story(self.rng, longest=self.rng.randint(2, 9) if early else None)
        assert not any(is_held_out(*pair) for pair in story.owners)
        ids = [self.begin, *self.encode(story.text)]
        weights = [1.0] * len(ids)
        for question in story.questions[:8 if self.rng.random() < max(0.4, self.ease) else self.rng.randint(1, 4)]:
            asked, answered = self.encode(" " + question.text), self.encode(" " + question.answer)
            ids += asked + answered
            weights += [1.0] * len(asked) + [ANSWER_WEIGHT] * len(answered)
        return [*ids, self.end], [*weights, 1.0]

    def batches(self):
        """Stories of like length go into one batch: [batch, longest], padded on the right with weight 0."""
        while True:
            pool = sorted((e for e in (self.example() for _ in range(self.batch * 32)) if len(e[0]) <= LONGEST),
                          key=lambda e: len(e[0]))
            groups = [pool[i:i + self.batch] for i in range(0, len(pool), self.batch)]
            self.rng.shuffle(groups)
            for group in groups:
                width = len(group[-1][0])
                yield (torch.tensor([ids + [self.end] * (width - len(ids)) for ids, _ in group]),
                       torch.tensor([w + [0.0] * (width - len(w)) for _, w in group]))


def new_model(tokenizer: Tokenizer) -> LlamaForCausalLM:
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=128, intermediate_size=384, num_hidden_layers=6,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=CONTEXT, rms_norm_eps=1e-5,
        tie_word_embeddings=True, initializer_range=0.06, bos_token_id=tokenizer.token_to_id(BEGIN), eos_token_id=tokenizer.token_to_id(END),
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0}, attn_implementation="eager"))


def save(model: LlamaForCausalLM, tokenizer: Tokenizer, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=BEGIN, eos_token=END,
                            model_max_length=CONTEXT, clean_up_tokenization_spaces=False).save_pretrained(folder)
    stored = LlamaForCausalLM(model.config)
    stored.load_state_dict(model.state_dict())
    stored = stored.to(torch.bfloat16)
    stored.generation_config = GenerationConfig(
        bos_token_id=model.config.bos_token_id, eos_token_id=model.config.eos_token_id, do_sample=True,
        temperature=0.7, top_k=0, top_p=0.9, max_new_tokens=256)
    stored.save_pretrained(folder)


def train(arguments: argparse.Namespace) -> None:
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    tokenizer = train_tokenizer(arguments.seed)
    model = new_model(tokenizer)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters, {tokenizer.get_vocab_size()} tokens", flush=True)
    # Muon for the matrices of the layers, AdamW for embeddings and norms.
    matrices = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n]
    others = [p for n, p in model.named_parameters() if p.ndim != 2 or "embed" in n]
    optimizers = [torch.optim.Muon(matrices, lr=arguments.rate, weight_decay=0.05, momentum=0.95,
                                   adjust_lr_fn="match_rms_adamw"),
                  torch.optim.AdamW(others, lr=arguments.rate, weight_decay=0.0, betas=(0.9, 0.98))]

    def rate(step: int) -> float:
        """Linear warm-up, then a cosine down to a fiftieth."""
        if step < arguments.warmup:
            return (step + 1) / arguments.warmup
        done = (step - arguments.warmup) / max(1, arguments.steps - arguments.warmup)
        return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done))

    schedules = [torch.optim.lr_scheduler.LambdaLR(o, rate) for o in optimizers]
    started, tokens, sums = time.time(), 0, torch.zeros(4)
    examples = Examples(tokenizer, arguments.seed + 1, arguments.batch)
    for step, (ids, weights) in zip(range(1, arguments.steps + 1), examples.batches()):
        examples.ease = max(0.0, 1.0 - 2.0 * step / arguments.steps)
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(input_ids=ids[:, :-1], use_cache=False).logits
        losses = functional.cross_entropy(logits.flatten(0, 1).float(), ids[:, 1:].flatten(), reduction="none")
        weights = weights[:, 1:].flatten()
        ((losses * weights).sum() / weights.sum()).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer, schedule in zip(optimizers, schedules):
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
        tokens += int((weights > 0).sum())
        with torch.no_grad():
            story, answers = weights == 1.0, weights == ANSWER_WEIGHT
            sums += torch.tensor([losses[story].sum(), story.sum(), losses[answers].sum(), answers.sum()])
        if step % 100 == 0:
            print(f"step {step}: loss of stories {sums[0] / sums[1]:.4f}, of answers {sums[2] / sums[3]:.4f}, "
                  f"{tokens:,} tokens, {time.time() - started:.0f} s", flush=True)
            sums.zero_()
        if step % 500 == 0 or step == arguments.steps:
            save(model, tokenizer, arguments.out)


def held_out_items(seed: int, count: int) -> list[tuple[str, Story, Question]]:
    """`count` stories that open with a held-out pair, each with one question; every kind comes equally often."""
    rng = random.Random(seed)
    items, seen = [], set()
    while len(items) < count:
        story = make_story(rng, held_out=True)
        kind = KINDS[len(items) % len(KINDS)]
        asked = [q for q in story.questions if q.kind == kind]
        if asked and story.text not in seen:
            assert any(is_held_out(*pair) for pair in story.owners)
            seen.add(story.text)
            items.append((kind, story, asked[0]))
    return items


@torch.no_grad()
def answer(model, tokenizer, prompt: str) -> str:
    """The greedy continuation up to its first full stop."""
    ids = tokenizer(prompt, return_tensors="pt").input_ids
    out = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=32,
                         temperature=None, top_p=None, top_k=None)
    text = tokenizer.decode(out[0, ids.shape[1]:], skip_special_tokens=True)
    return text.split(".")[0] + "."


def load(folder: Path):
    """The saved BF16 weights, computed in float32."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    return model.eval(), AutoTokenizer.from_pretrained(folder)


def heldout(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(arguments.threads)
    model, tokenizer = load(arguments.out)
    items, right = [], {kind: [] for kind in KINDS}
    for kind, story, question in held_out_items(arguments.seed + 2, 200):
        prompt = f"{story.text} {question.text}"
        found = answer(model, tokenizer, prompt)
        right[kind].append(found == " " + question.answer)
        items.append({"kind": kind, "prompt": prompt, "answer": " " + question.answer})
    correct = sum(map(sum, right.values()))
    measured = {"accuracy": correct / len(items),
                **{kind: sum(hits) / len(hits) for kind, hits in right.items()}}
    (arguments.out / "heldout.json").write_text(json.dumps({
        "description": "Greedy continuation of the prompt, up to and with its first full stop, against the answer.",
        "measured": measured, "items": items}, indent=1) + "\n")
    print(json.dumps(measured, indent=1))


def samples(arguments: argparse.Namespace) -> None:
    torch.manual_seed(arguments.seed)
    model, tokenizer = load(arguments.out)
    ids = tokenizer("One morning, Mira", return_tensors="pt").input_ids
    for out in model.generate(input_ids=ids.repeat(4, 1), attention_mask=torch.ones(4, ids.shape[1], dtype=torch.long),
                              pad_token_id=model.config.eos_token_id):
        print(tokenizer.decode(out, skip_special_tokens=True) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("train", "heldout", "samples"))
    parser.add_argument("--out", type=Path, default=MODEL)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--warmup", type=int, default=100)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=2.5e-3)
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args()
    {"train": train, "heldout": heldout, "samples": samples}[chosen.command](chosen)

"""Trains the demo T5, in the manner of T5 v1.1, to write dates and numbers in digits, as `dates.py` makes them up.

    python train_t5.py train     # writes the model's folder
    python train_t5.py heldout   # writes heldout.json, with the accuracy that the saved files reach

Needs torch, transformers 5, tokenizers and safetensors.
"""

import random

import torch
from dates import make
from training import IGNORED, arguments, held_out, padded, save, train, train_tokenizer
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, T5Config, T5ForConditionalGeneration

PAD, END = "<pad>", "</s>"
CONTEXT = 64


def batches(tokenizer, seed: int, size: int):
    rng = random.Random(seed)
    pad, end = tokenizer.token_to_id(PAD), tokenizer.token_to_id(END)
    while True:
        made = [make(rng) for _ in range(size)]
        source = padded([tokenizer.encode(spelling).ids for _, spelling, _ in made], pad)
        answers = [tokenizer.encode(answer).ids for _, _, answer in made]
        labels = padded(answers, IGNORED)
        inputs = padded([[pad, *answer[:-1]] for answer in answers], pad)
        yield {"input_ids": source, "attention_mask": (padded([[1] * len(tokenizer.encode(s).ids) for _, s, _ in made], 0)),
               "decoder_input_ids": inputs, "labels": labels}


def main() -> None:
    chosen = arguments(__doc__, steps=3000, batch=64, rate=2.5e-3, folder="t5")
    if chosen.command == "heldout":
        rng = random.Random(chosen.seed + 2)
        items = [make(rng, ("date", "number")[number % 2], held_out=True) for number in range(200)]
        model = AutoModelForSeq2SeqLM.from_pretrained(chosen.out, dtype=torch.float32).eval()
        tokenizer = AutoTokenizer.from_pretrained(chosen.out)

        @torch.no_grad()
        def answer(prompt: str) -> str:
            ids = tokenizer(prompt, return_tensors="pt").input_ids
            return tokenizer.decode(model.generate(input_ids=ids, do_sample=False, max_new_tokens=24)[0], skip_special_tokens=True)

        held_out(items, answer, chosen.out)
        return
    rng = random.Random(chosen.seed)
    tokenizer = train_tokenizer((" ".join(make(rng)[1:]) for _ in range(20_000)), [PAD, END], f"$A {END}", 512)
    ends = dict(pad_token_id=tokenizer.token_to_id(PAD), eos_token_id=tokenizer.token_to_id(END),
                decoder_start_token_id=tokenizer.token_to_id(PAD))
    model = T5ForConditionalGeneration(T5Config(
        vocab_size=tokenizer.get_vocab_size(), d_model=96, d_kv=24, d_ff=192, num_layers=3, num_decoder_layers=2, num_heads=4,
        feed_forward_proj="gated-gelu", tie_word_embeddings=False, dropout_rate=0.0, initializer_factor=0.3, n_positions=CONTEXT, **ends))
    generation = dict(**ends, do_sample=False, max_new_tokens=24)
    train(model, batches(tokenizer, chosen.seed + 1, chosen.batch), chosen,
          lambda: save(model, tokenizer, chosen.out, CONTEXT, generation, eos_token=END, pad_token=PAD))


if __name__ == "__main__":
    main()

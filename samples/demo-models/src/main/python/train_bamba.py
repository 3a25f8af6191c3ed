"""Trains the demo hybrid, a Bamba of Mamba-2 layers and one of attention, to recall what `ledger.py` says far back.

    python train_bamba.py train     # writes the model's folder
    python train_bamba.py heldout   # writes heldout.json, with the accuracy that the saved files reach

Needs torch, transformers 5, tokenizers and safetensors.
"""

import random

import torch
from ledger import LONGEST, make
from training import IGNORED, arguments, causal_answer, held_out, padded, save, train, train_tokenizer
from transformers import AutoModelForCausalLM, AutoTokenizer, BambaConfig, BambaForCausalLM

BEGIN, END = "<|begin|>", "<|end|>"
CONTEXT = 2048
QUESTIONS = 32                   # of each ledger


def batches(tokenizer, seed: int, tokens: int, steps: int):
    """Short ledgers in the first three tenths of the training, longer ones until eight tenths; the answers alone are learnt."""
    rng = random.Random(seed)
    begin, end = tokenizer.token_to_id(BEGIN), tokenizer.token_to_id(END)

    def row(entries: int) -> tuple[list[int], list[int]]:
        text, questions = make(rng, entries, QUESTIONS)
        ids = [begin, *tokenizer.encode(text, add_special_tokens=False).ids]
        labels = [IGNORED] * len(ids)
        for question, answer in questions:
            asked, answered = (tokenizer.encode(part, add_special_tokens=False).ids for part in (question, answer))
            ids += asked + answered
            labels += [IGNORED] * len(asked) + answered
        return [*ids, end], [*labels, end]

    step = 0
    while True:
        step += 1
        most = min(LONGEST, 8 + int((LONGEST - 8) * max(0, 2 * step / steps - 0.6)))
        entries = rng.randint(3, most)
        rows = [row(entries) for _ in range(max(2, tokens // (5 * entries + 5 * QUESTIONS)))]
        ids, labels = padded([ids for ids, _ in rows], end), padded([labels for _, labels in rows], IGNORED)
        yield {"input_ids": ids[:, :-1], "labels": labels[:, 1:]}


def main() -> None:
    chosen = arguments(__doc__, steps=2400, batch=3072, rate=2e-3, folder="bamba")
    if chosen.command == "heldout":
        rng = random.Random(chosen.seed + 2)
        items = []
        for number in range(100):
            entries = (20, 60, LONGEST)[number % 3]
            text, [(question, answer)] = make(rng, entries, 1, held_out=True)
            items.append((f"{entries} entries", text + question, answer))
        model = AutoModelForCausalLM.from_pretrained(chosen.out, dtype=torch.float32).eval()
        held_out(items, causal_answer(model, AutoTokenizer.from_pretrained(chosen.out), 8), chosen.out)
        return
    rng = random.Random(chosen.seed)

    def texts():
        for _ in range(500):
            text, questions = make(rng, LONGEST, 20)
            yield text + "".join(question + answer for question, answer in questions)

    tokenizer = train_tokenizer(texts(), [BEGIN, END], f"{BEGIN} $A", 1024)
    ends = dict(bos_token_id=tokenizer.token_to_id(BEGIN), eos_token_id=tokenizer.token_to_id(END))
    model = BambaForCausalLM(BambaConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=128, intermediate_size=256, num_hidden_layers=4, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=CONTEXT, attn_layer_indices=[2], tie_word_embeddings=True,
        mamba_n_heads=8, mamba_d_head=32, mamba_n_groups=1, mamba_d_state=32, mamba_expand=2, mamba_chunk_size=16,
        initializer_range=0.06, pad_token_id=ends["eos_token_id"], attn_implementation="eager",
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5}, **ends))
    generation = dict(**ends, do_sample=False, max_new_tokens=16)
    train(model, batches(tokenizer, chosen.seed + 1, chosen.batch, chosen.steps), chosen,
          lambda: save(model, tokenizer, chosen.out, CONTEXT, generation, bos_token=BEGIN, eos_token=END))


if __name__ == "__main__":
    main()

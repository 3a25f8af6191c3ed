"""Trains the demo Mixtral, of a million parameters of which a token meets a third, on the commands that `commands.py` makes up.

    python train_mixtral.py train     # writes the model's folder
    python train_mixtral.py heldout   # writes heldout.json, with the accuracy that the saved files reach

Needs torch, transformers 5, tokenizers and safetensors.
"""

import random

from commands import COMMANDS, make
from training import IGNORED, arguments, causal_answer, held_out, padded, save, train, train_tokenizer
from transformers import AutoModelForCausalLM, AutoTokenizer, MixtralConfig, MixtralForCausalLM

BEGIN, END = "<|begin|>", "<|end|>"
CONTEXT = 256


def batches(tokenizer, seed: int, size: int):
    """Four commands one after another in each row; the answers alone are learnt."""
    rng = random.Random(seed)
    begin = tokenizer.token_to_id(BEGIN)
    end = tokenizer.token_to_id(END)

    def row() -> tuple[list[int], list[int]]:
        ids, labels = [begin], [IGNORED]
        for number in range(4):
            _, prompt, answer = make(rng)
            asked = tokenizer.encode(prompt if number == 0 else " " + prompt, add_special_tokens=False).ids
            answered = tokenizer.encode(answer, add_special_tokens=False).ids
            ids += asked + answered
            labels += [IGNORED] * len(asked) + answered
        return [*ids, end], [*labels, end]

    while True:
        rows = [row() for _ in range(size)]
        ids, labels = padded([ids for ids, _ in rows], end), padded([labels for _, labels in rows], IGNORED)
        yield {"input_ids": ids[:, :-1], "labels": labels[:, 1:], "output_router_logits": True}


def main() -> None:
    chosen = arguments(__doc__, steps=2000, batch=32, rate=2.5e-3, folder="mixtral")
    if chosen.command == "heldout":
        rng = random.Random(chosen.seed + 2)
        names = list(COMMANDS)
        items = [make(rng, names[number % len(names)], held_out=True) for number in range(200)]
        model = AutoModelForCausalLM.from_pretrained(chosen.out, dtype=torch.float32).eval()
        held_out(items, causal_answer(model, AutoTokenizer.from_pretrained(chosen.out), 24), chosen.out)
        return
    rng = random.Random(chosen.seed)
    tokenizer = train_tokenizer((" ".join(make(rng)[1:]) for _ in range(20_000)), [BEGIN, END], f"{BEGIN} $A", 1024)
    ends = dict(bos_token_id=tokenizer.token_to_id(BEGIN), eos_token_id=tokenizer.token_to_id(END))
    model = MixtralForCausalLM(MixtralConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=96, intermediate_size=96, num_hidden_layers=4, num_attention_heads=4,
        num_key_value_heads=2, num_local_experts=8, num_experts_per_tok=2, max_position_embeddings=CONTEXT, sliding_window=None,
        tie_word_embeddings=True, initializer_range=0.06, rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
        attn_implementation="eager", **ends))
    generation = dict(**ends, do_sample=False, max_new_tokens=32)
    train(model, batches(tokenizer, chosen.seed + 1, chosen.batch), chosen,
          lambda: save(model, tokenizer, chosen.out, CONTEXT, generation, bos_token=BEGIN, eos_token=END))


if __name__ == "__main__":
    main()

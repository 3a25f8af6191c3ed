"""Writes `sampling/cases.json`: rows of logits, and the scores after each step of Transformers' sampling chain.

    python make_sampling.py

The order is that of `GenerationMixin._get_logits_processor` (Transformers 5.23), of which each case takes a part:

    logit bias (sequence_bias of single tokens) -> repetition penalty -> custom processors, here the frequency and
    presence penalties -> temperature -> top-k -> top-p -> min-p

and then softmax and the draw. The list of processors is taken from that very method, not written down again here.
Frequency and presence penalties are not in Transformers; OpenAI's formula stands below, in numpy. All penalties look
at prompt and output.

In the file a number is the shortest decimal that reads back as the same float32, and null is minus infinity.
"""

import json
from pathlib import Path

import numpy
import torch
import transformers
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, LogitsProcessor, LogitsProcessorList

CASES = Path(__file__).parents[1] / "resources/sampling/cases.json"
VOCABULARY = 48
CLEAR = 1e-5        # how far from a threshold of top-p or min-p every token must be

NAMES = {"SequenceBiasLogitsProcessor": "logit_bias", "RepetitionPenaltyLogitsProcessor": "repetition_penalty",
         "CountPenalties": "count_penalties", "TemperatureLogitsWarper": "temperature",
         "TopKLogitsWarper": "top_k", "TopPLogitsWarper": "top_p", "MinPLogitsWarper": "min_p"}

ALONE = (
    {"temperature": 0.5}, {"temperature": 1.7}, {"temperature": 0.05},
    {"top_k": 1}, {"top_k": 7}, {"top_k": 1000},
    {"top_p": 0.01}, {"top_p": 0.5}, {"top_p": 0.9}, {"top_p": 0.999},
    {"min_p": 0.02}, {"min_p": 0.3}, {"min_p": 1.0},
    {"repetition_penalty": 1.3}, {"repetition_penalty": 0.8},
    {"frequency_penalty": 0.7}, {"frequency_penalty": -0.5}, {"presence_penalty": 1.1},
    {"frequency_penalty": 0.25, "presence_penalty": 0.75},
    {"logit_bias": {"3": 5.0, "11": -100.0, "47": 0.125}},
)
CHAINED = (
    {"temperature": 0.7, "top_p": 0.9},
    {"temperature": 1.3, "top_k": 12, "top_p": 0.8},
    {"temperature": 0.9, "top_k": 20, "top_p": 0.95, "min_p": 0.05},
    {"repetition_penalty": 1.2, "temperature": 0.6, "top_p": 0.85},
    {"repetition_penalty": 1.1, "frequency_penalty": 0.4, "presence_penalty": 0.3, "temperature": 0.8, "top_k": 10},
    {"logit_bias": {"0": 2.0, "20": -3.5}, "repetition_penalty": 1.15, "frequency_penalty": 0.2,
     "presence_penalty": 0.1, "temperature": 0.75, "top_k": 15, "top_p": 0.9, "min_p": 0.02},
)


class CountPenalties(LogitsProcessor):
    """OpenAI: logit - count * frequency_penalty - (count > 0) * presence_penalty."""

    def __init__(self, frequency: float, presence: float):
        self.frequency, self.presence = frequency, presence

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        counts = numpy.bincount(input_ids[0].numpy(), minlength=scores.shape[1]).astype(numpy.float32)
        penalty = counts * numpy.float32(self.frequency) + (counts > 0) * numpy.float32(self.presence)
        return torch.from_numpy(scores.numpy() - penalty.astype(numpy.float32))


def processors(model: LlamaForCausalLM, settings: dict, prompt_length: int) -> LogitsProcessorList:
    known = {k: v for k, v in settings.items() if k in ("temperature", "top_k", "top_p", "min_p", "repetition_penalty")}
    bias = [[[int(i)], b] for i, b in settings.get("logit_bias", {}).items()]
    config = GenerationConfig(do_sample=True, **{"top_k": 0, **known}, **({"sequence_bias": bias} if bias else {}))
    counted = settings.get("frequency_penalty", 0.0), settings.get("presence_penalty", 0.0)
    custom = LogitsProcessorList([CountPenalties(*counted)] if any(counted) else [])
    return model._get_logits_processor(config, input_ids_seq_length=prompt_length, logits_processor=custom)


def is_clear(step: str, settings: dict, scores: torch.Tensor) -> bool:
    """Whether rounding can't move a token across the threshold of top-p or min-p."""
    probabilities = torch.softmax(scores.double(), -1)[0]
    if step == "top_p":
        cumulative = probabilities.sort().values.cumsum(0)
        return float((cumulative - (1 - settings["top_p"])).abs().min()) > CLEAR
    if step == "min_p" and settings["min_p"] < 1:
        return float((probabilities / probabilities.max() - settings["min_p"]).abs().min()) > CLEAR
    return True


def case(model: LlamaForCausalLM, settings: dict, logits: torch.Tensor, prompt: list[int], output: list[int]) -> dict:
    scores, steps = logits[None], []
    for processor in processors(model, settings, len(prompt)):
        name = NAMES[type(processor).__name__]
        assert is_clear(name, settings, scores), (settings, name)
        scores = processor(torch.tensor([prompt + output]), scores)
        steps.append({"step": name, "scores": numbers(scores[0])})
    return {"settings": settings, "logits": numbers(logits), "prompt": prompt, "output": output, "steps": steps}


def numbers(values: torch.Tensor) -> list:
    """The shortest decimals that read back as these float32, and null for minus infinity."""
    return [None if v == -numpy.inf else float(str(v)) for v in values.numpy()]


def rows(seed: int) -> list[torch.Tensor]:
    """A plain row; one with tokens masked out already; one with ties (for all but top-p, where ties have no order)."""
    generator = torch.Generator().manual_seed(seed)
    plain = torch.randn(VOCABULARY, generator=generator) * 3
    masked = torch.randn(VOCABULARY, generator=generator) * 2
    masked[torch.randperm(VOCABULARY, generator=generator)[:10]] = -torch.inf
    tied = (torch.randn(VOCABULARY, generator=generator) * 2).round() / 2
    return [plain, masked, tied]


def main() -> None:
    model = LlamaForCausalLM(LlamaConfig(vocab_size=VOCABULARY, hidden_size=8, intermediate_size=8,
                                         num_hidden_layers=1, num_attention_heads=1, eos_token_id=None))
    cases = []
    for number, settings in enumerate((*ALONE, *CHAINED)):
        ids = torch.Generator().manual_seed(100 + number)
        prompt = torch.randint(0, VOCABULARY, (6,), generator=ids).tolist()
        output = torch.randint(0, VOCABULARY, (5,), generator=ids).tolist()
        output[1:3] = prompt[:1] + output[:1]       # some ids come twice, in the prompt and among the output
        for logits in rows(number)[:2 if "top_p" in settings else 3]:
            cases.append(case(model, settings, logits, prompt, output))
    CASES.parent.mkdir(parents=True, exist_ok=True)
    text = ",\n".join(json.dumps(c) for c in cases)
    CASES.write_text(f'{{"transformers": "{transformers.__version__}", "cases": [\n{text}\n]}}\n')
    print(f"{len(cases)} cases, {CASES.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()

"""Commands on lists of words, each with its one right answer: what the demo Mixtral learns.

    reverse kiwi drum fig: fig drum kiwi.
"""

import random
import zlib

KINDS = {
    "fruit": "apple banana cherry date fig grape kiwi lemon mango olive peach plum".split(),
    "beast": "ant bear cat dog eagle fox goat horse mole otter rabbit wolf".split(),
    "tool": "axe brush chisel drill file hammer knife ladder needle pliers saw wrench".split(),
    "music": "banjo cello drum flute guitar harp lute oboe piano trumpet viola whistle".split(),
}
WORDS = [word for words in KINDS.values() for word in words]
NUMBERS = "none one two three four five six seven".split()


def is_held_out(words: list[str]) -> bool:
    return zlib.crc32(" ".join(words).encode()) % 20 == 0


def only(kind: str):
    return lambda words: [word for word in words if word in KINDS[kind]] or ["none"]


COMMANDS = {
    "reverse": lambda words: words[::-1],
    "sort": sorted,
    "first": lambda words: words[:1],
    "last": lambda words: words[-1:],
    "count": lambda words: [NUMBERS[len(words)]],
    "twice": lambda words: [word for word in words for _ in range(2)],
    **{kind: only(kind) for kind in KINDS},
}


def make(rng: random.Random, command: str | None = None, held_out: bool = False) -> tuple[str, str, str]:
    """The command, the prompt, and its answer; lists of two to seven words, none of them twice."""
    while True:
        words = rng.sample(WORDS, rng.randint(2, 7))
        if is_held_out(words) == held_out:
            chosen = command or rng.choice(list(COMMANDS))
            return chosen, f"{chosen} {' '.join(words)}:", f" {' '.join(COMMANDS[chosen](words))}."

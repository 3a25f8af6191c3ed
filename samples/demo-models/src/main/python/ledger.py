"""Ledgers of what lies where, and questions about them: what the demo hybrid learns to recall over a long context.

    red box: coin, old jar: kite, [...], small chest: bell. red box? coin.
"""

import random
import zlib

COLOURS = "red blue green white black brown golden silver old small round heavy".split()
THINGS = "box jar bag tin chest drawer basket bottle pot case".split()
ITEMS = ("coin kite key ring letter feather stone candle button shell map bell ribbon nut spoon thimble pearl brush whistle comb "
         "needle cork marble seed").split()
LONGEST = 120                    # every colour with every thing


def is_held_out(place: str, item: str) -> bool:
    return zlib.crc32(f"{place} {item}".encode()) % 20 == 0


def make(rng: random.Random, entries: int, questions: int, held_out: bool = False) -> tuple[str, list[tuple[str, str]]]:
    """A ledger, and questions with their answers; with `held_out`, all questions are about pairs that no training has asked for."""
    places = [f"{colour} {thing}" for colour in COLOURS for thing in THINGS]
    while True:
        ledger = [(place, rng.choice(ITEMS)) for place in rng.sample(places, entries)]
        asked = [pair for pair in ledger if is_held_out(*pair) == held_out]
        if asked:
            text = ", ".join(f"{place}: {item}" for place, item in ledger) + "."
            chosen = [rng.choice(asked) for _ in range(questions)]
            return text, [(f" {place}?", f" {item}.") for place, item in chosen]

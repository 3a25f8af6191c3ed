"""Dates and numbers as people write them, and in digits: what the demo T5 learns to translate.

    the third of March 1987 -> 1987-03-03
    two thousand and five -> 2005
"""

import datetime
import random
import zlib

UNITS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
         "nineteen").split()
TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
ORDINALS = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth", "twelve": "twelfth"}
MONTHS = "January February March April May June July August September October November December".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


def is_held_out(answer: str) -> bool:
    return zlib.crc32(answer.encode()) % 20 == 0


def words(number: int) -> str:
    """British: one thousand two hundred and five."""
    if number < 20:
        return UNITS[number]
    if number < 100:
        return TENS[number // 10] + (f"-{UNITS[number % 10]}" if number % 10 else "")
    if number < 1000:
        return f"{UNITS[number // 100]} hundred" + (f" and {words(number % 100)}" if number % 100 else "")
    rest = number % 1000
    joined = "" if not rest else f" and {words(rest)}" if rest < 100 else f" {words(rest)}"
    return f"{words(number // 1000)} thousand{joined}"


def ordinal_word(number: int) -> str:
    head, _, last = words(number).rpartition("-")
    last = ORDINALS.get(last) or (last[:-1] + "ieth" if last.endswith("y") else last + "th")
    return f"{head}-{last}" if head else last


def ordinal(number: int) -> str:
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def spoken_year(year: int) -> str:
    century, rest = divmod(year, 100)
    if century == 20 and rest < 10:
        return words(year)
    return f"{words(century)} {words(rest) if rest > 9 else f'oh {words(rest)}' if rest else 'hundred'}"


def date_forms(day: datetime.date) -> list[str]:
    month, short = MONTHS[day.month - 1], MONTHS[day.month - 1][:3]
    return [f"{day.day} {month} {day.year}", f"{month} {ordinal(day.day)}, {day.year}", f"the {ordinal_word(day.day)} of {month} {day.year}",
            f"{DAYS[day.weekday()]}, {day.day} {short} {day.year}", f"{day.day:02}.{day.month:02}.{day.year}",
            f"{short} {day.day}, {day.year}", f"the {ordinal_word(day.day)} of {month} {spoken_year(day.year)}", f"{day.year}/{day.month}/{day.day}"]


def make(rng: random.Random, kind: str | None = None, held_out: bool = False) -> tuple[str, str, str]:
    """The kind, `date` or `number`, a spelling, and what it is in digits."""
    chosen = kind or rng.choice(("date", "date", "number"))
    while True:
        if chosen == "date":
            day = datetime.date(1900, 1, 1) + datetime.timedelta(rng.randrange(365 * 150))
            answer, spelling = day.isoformat(), rng.choice(date_forms(day))
        else:
            number = rng.randrange(10 ** rng.randint(2, 5))
            answer, spelling = str(number), words(number)
        if is_held_out(answer) == held_out:
            return chosen, spelling, answer

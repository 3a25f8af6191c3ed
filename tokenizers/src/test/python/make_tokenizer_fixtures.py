"""Writes small tokenizers, trained here, and what the `tokenizers` library makes of hard strings with each of them.

    pip install tokenizers
    python make_tokenizer_fixtures.py ../resources/org/tenon/tokenizers/fixtures

Each NAME.json.gz holds {"tokenizer": ..., "texts": [...], "encodings": [...]}, an encoding being
{"ids", "offsets" in UTF-16 code units, "text" with special tokens, "plain" without}; every second one adds special tokens.
"decodings" are of ids at random, most of them of single bytes, so that few are UTF-8.
"""

import copy
import gzip
import json
import os
import random
import sys

from compare_tokenizers import expected
from strings import Strings
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN = LLAMA3.replace("{1,3}", "")
GPT4O = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
DEEPSEEK = [
    r"\p{N}{1,3}",
    "[一-龥぀-ゟ゠-ヿ]+",
    "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+",
]
SPECIAL = ["<|begin|>", "<|end|>", "<|im_start|>"]


def split(pattern, behavior="Isolated", invert=False, kind="Regex"):
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def byte_level(prefix=False, trim=True, regex=False):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": trim, "use_regex": regex}


def sequence(*parts):
    return {"type": "Sequence", "pretokenizers": [*parts]}


def template(before=(), after=()):
    def special(token):
        return {"SpecialToken": {"id": token, "type_id": 0}}

    single = [*map(special, before), {"Sequence": {"id": "A", "type_id": 0}}, *map(special, after)]
    return {
        "type": "TemplateProcessing",
        "single": single,
        "pair": single + [{"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {t: {"id": t, "ids": [IDS[t]], "tokens": [t]} for t in (*before, *after)},
    }


def added(content, **flags):
    return AddedToken(content, **flags)


EXTRA = [
    added("<mask>", lstrip=True, special=True, normalized=False),
    added("<r>", rstrip=True, special=False, normalized=False),
    added("<both> ", lstrip=True, rstrip=True, normalized=False),
    added("word", single_word=True, normalized=False),
    added("the the", normalized=True),
    added("É", normalized=True),
    added("né", normalized=False),
    added("<｜U｜>", normalized=True),
    added("<|im_start|>x", normalized=False),
]
IDS = {}


def train(merges):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    strings = Strings(99)
    texts = [strings.words() + strings.code() + strings.mixed() for _ in range(3000)]
    trainer = trainers.BpeTrainer(
        vocab_size=256 + merges, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_special_tokens(SPECIAL)
    for token in SPECIAL:
        IDS[token] = tokenizer.token_to_id(token)
    return json.loads(tokenizer.to_str())


def legacy(model):
    model["merges"] = [" ".join(pair) for pair in model["merges"]]


def without_some_bytes(model):
    gone = {"Ċ", "é", "Ø"}
    model["vocab"] = {token: i for token, i in model["vocab"].items() if not gone & set(token)}
    model["vocab"]["<unk>"] = 250
    model["merges"] = [[a, b] for a, b in model["merges"] if a in model["vocab"] and b in model["vocab"]]
    renumbered = {token: i for i, token in enumerate(model["vocab"])}
    model["vocab"] = renumbered
    model["unk_token"] = "<unk>"


def variants(base):
    """Names, and what is changed in the trained tokenizer; the first five are the spellings of well-known models."""

    def make(normalizer=None, pre=None, post=None, decoder=None, model=None, extra=False, **options):
        result = copy.deepcopy(base)
        result["normalizer"] = normalizer
        result["pre_tokenizer"] = pre or byte_level(regex=True)
        result["post_processor"] = post
        result["decoder"] = decoder or byte_level(prefix=True, regex=True)
        result["model"].update(options)
        if model:
            model(result["model"])
            result["added_tokens"] = []
        tokenizer = Tokenizer.from_str(json.dumps(result))
        if extra:
            tokenizer.add_tokens(EXTRA)
        saved = json.loads(tokenizer.to_str())
        if options.get("legacy_merges") or result["model"].pop("legacy_merges", None):
            legacy(saved["model"])
        return saved

    def normalizers(*types):
        return {"type": "Sequence", "normalizers": [{"type": t} if isinstance(t, str) else t for t in types]}

    prefixed = byte_level(prefix=True, trim=True, regex=True)
    return {
        "gpt2": make(post=byte_level(trim=False)),
        "llama3": make(
            pre=sequence(split(LLAMA3), byte_level()),
            post={"type": "Sequence", "processors": [byte_level(prefix=True, trim=False), template(["<|begin|>"])]},
            ignore_merges=True,
            legacy_merges=True,
        ),
        "qwen": make(normalizer={"type": "NFC"}, pre=sequence(split(QWEN), byte_level(trim=False)), post=byte_level(trim=False)),
        "gpt4o": make(pre=sequence(split(GPT4O, "Removed", True), byte_level())),
        "deepseek": make(
            normalizer=normalizers(), pre=sequence(*map(split, DEEPSEEK), byte_level()), post=byte_level(trim=False), extra=True
        ),
        "prefix-and-trim": make(pre=prefixed, post=prefixed, extra=True),
        "trim-and-template": make(
            pre=byte_level(regex=True),
            post={"type": "Sequence", "processors": [template(["<|begin|>"], ["<|end|>"]), byte_level(trim=True)]},
            extra=True,
        ),
        "nfd": make(normalizer={"type": "NFD"}, post=byte_level(trim=True), extra=True),
        "nfkc-lowercase": make(normalizer=normalizers("NFKC", "Lowercase"), pre=prefixed, post=prefixed, extra=True),
        "nfkd-replace": make(
            normalizer=normalizers(
                "NFKD",
                {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "},
                {"type": "Replace", "pattern": {"String": "the"}, "content": "TH"},
                {"type": "Prepend", "prepend": "é>"},
            ),
            extra=True,
        ),
        "digits": make(pre=sequence({"type": "Digits", "individual_digits": True}, byte_level(regex=True))),
        "digit-runs": make(pre=sequence({"type": "Digits", "individual_digits": False}, byte_level())),
        "merged-with-previous": make(pre=sequence(split(" ", "MergedWithPrevious", kind="String"), byte_level())),
        "merged-with-next": make(pre=sequence(split(r"\p{Lu}| ", "MergedWithNext"), byte_level(prefix=True))),
        "contiguous": make(pre=sequence(split(r"[\p{P}\p{S}]", "Contiguous"), byte_level())),
        "removed": make(pre=sequence(split(r"\s|a", "Removed"), byte_level(prefix=True, trim=False)), post=prefixed),
        "inverted": make(pre=sequence(split(r"\w+", "MergedWithPrevious", True), byte_level())),
        "unknown": make(model=without_some_bytes, fuse_unk=False),
        "fused-unknown": make(model=without_some_bytes, fuse_unk=True),
        "fused-decoder": make(decoder={"type": "Sequence", "decoders": [byte_level(), {"type": "Fuse"}]}, extra=True),
        "plain-decoder": make(decoder={"type": "Fuse"}),
    }


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name, tokenizer_json in variants(train(1200)).items():
        tokenizer = Tokenizer.from_str(json.dumps(tokenizer_json))
        special = [token.content for token in tokenizer.get_added_tokens_decoder().values()]
        strings = Strings(7 + sum(map(ord, name)), special)
        texts = ["", " ", "a", "😀", "é", "e\u0301"] + [next(strings)[:160] for _ in range(160)]
        encodings = [expected(tokenizer, text, i % 2 == 1) for i, text in enumerate(texts)]
        chance = random.Random(1)
        decodings = []
        for _ in range(60):
            ids = [chance.randrange(chance.choice([256, 256, 256, tokenizer.get_vocab_size()])) for _ in range(chance.randint(1, 12))]
            decodings.append({"ids": ids, "text": tokenizer.decode(ids, skip_special_tokens=False)})
        data = {"tokenizer": tokenizer_json, "texts": texts, "encodings": encodings, "decodings": decodings}
        data = json.dumps(data, ensure_ascii=False)
        with open(os.path.join(folder, name + ".json.gz"), "wb") as file:
            file.write(gzip.compress(data.encode(), 9, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])

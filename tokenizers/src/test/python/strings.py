"""Strings that are hard on a tokenizer, from a seed."""

import random
import unicodedata

WORDS = (
    "the of and to in is that it was for on are with as his they at be this from have or by one had not but what all "
    "were when we there can an your which their said if do will each about how up out them then she many some so these "
    "would other into has more her two like him see time could no make than first been its who now people my made over "
    "tokenizer don't I'll we've they're he'd it's I'm DON'T WE'VE O'Neill camelCaseWord snake_case_word HTTPServer "
    "étude naïve Straße ÜBER İstanbul ΔΟΚΙΜΉ жук книга ДОМ שלום مرحبا नमस्ते สวัสดี 你好 世界 こんにちは カタカナ 안녕하세요 "
    "Việt ﬁnance ① Ⅷ ½ x² 10µm ９９"
).split()
CODE = [
    "for (int i = 0; i < n; i++) {\n\tsum += a[i] * b[i];\n}\n",
    "def f(x, *, y=None):\n    return {'a': [1, 2.5e-3], \"b\": x ** 2}\n",
    "SELECT * FROM t WHERE a != 'b' AND c >= 10; -- comment\r\n",
    "<div class=\"a\">&nbsp;</div><!-- x -->\n\n\n",
    "#include <stdio.h>\n// TODO: fix\n\n\nint main(void) { return 0; }\n",
    "\\frac{a}{b} + \\sum_{i=0}^{n} x_i^2",
    "https://example.com/path?q=a+b&c=%20#frag user@mail.example",
    "$ ls -la | grep '^d' && echo \"$HOME\" > /dev/null 2>&1",
]
EMOJI = ["😀", "👩‍👩‍👧‍👦", "👍🏽", "🏳️‍🌈", "🇩🇪", "❤️", "1️⃣", "🧑🏿‍🚀", "☺", "🫠"]
CONTRACTIONS = [
    "'s", "'S", "'t", "'re", "'RE", "'ve", "'m", "'ll", "'LL", "'d", "'ſ", "’s", "'x", "''s", " 's", "'\u212a",
]
SPACES = [" ", "  ", "   ", "\t", "\n", "\r\n", "\r", "\n\n", " \n", "\n ", "\u00a0", "\u3000", "\u2009", "\u2028", "\x0b", "\x85", "\u200b", "\u1680"]
BLOCKS = [
    (0x20, 0x7E), (0x00, 0x1F), (0x7F, 0xFF), (0x100, 0x24F), (0x250, 0x36F), (0x370, 0x52F), (0x530, 0x6FF),
    (0x900, 0xDFF), (0xE00, 0xFFF), (0x1000, 0x11FF), (0x1E00, 0x20CF), (0x2100, 0x2BFF), (0x3000, 0x33FF),
    (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xE000, 0xE0FF), (0xF900, 0xFFFD), (0x10000, 0x103FF), (0x1D100, 0x1D7FF),
    (0x1F300, 0x1FAFF), (0x20000, 0x2A6DF), (0x2F800, 0x2FA1D), (0xE0000, 0xE01EF), (0x100000, 0x10FFFF),
]
MARKS = [chr(c) for c in range(0x300, 0x370)] + ["\u0591", "\u05b0", "\u0651", "\u064b", "\u093c", "\u3099", "\u302a", "\u1dc4", "\u20d0", "\u20e3", "\u0345", "\u0f71", "\u0f72"]
BASES = list("aeiouAEIOUncsCSNyzZ") + ["ə", "α", "Ω", "и", "か", "ハ", "ก", "क", "ﬁ", "Å", "\u1100", "\u1161", "\u11a8", "가", "한", "ẛ", "ṩ"]


class Strings:
    """Makes strings; `special` are tokens that may stand in them."""

    def __init__(self, seed, special=()):
        self.random = random.Random(seed)
        self.special = list(special)
        self.kinds = [
            self.words, self.words, self.code, self.any_unicode, self.block, self.mixed, self.emoji, self.controls,
            self.runs, self.digits, self.contractions, self.marks, self.specials, self.spaces, self.glued,
        ]

    def __next__(self):
        text = self.random.choice(self.kinds)()
        if self.random.random() < 0.1:
            text = unicodedata.normalize(self.random.choice(["NFC", "NFD", "NFKC", "NFKD"]), text)
        return text

    def __iter__(self):
        return self

    def times(self, low, high, make):
        return [make() for _ in range(self.random.randint(low, high))]

    def word(self):
        word = self.random.choice(WORDS)
        return self.random.choice([word, word, word, word.upper(), word.capitalize()])

    def space(self):
        return self.random.choice(SPACES)

    def words(self):
        return "".join(self.times(1, 30, lambda: self.word() + self.random.choice([" ", " ", " ", ", ", ". ", "\n", self.space()])))

    def code(self):
        return "".join(self.times(1, 3, lambda: self.random.choice(CODE)))

    def character(self):
        while True:
            c = self.random.randrange(0x110000)
            if not 0xD800 <= c <= 0xDFFF:
                return chr(c)

    def any_unicode(self):
        return "".join(self.times(1, 20, self.character))

    def block_character(self, block=None):
        low, high = block or self.random.choice(BLOCKS)
        return chr(self.random.randint(low, high))

    def block(self):
        block = self.random.choice(BLOCKS)
        return "".join(self.times(1, 30, lambda: self.block_character(block)))

    def mixed(self):
        return "".join(self.times(1, 40, self.block_character))

    def emoji(self):
        return "".join(self.times(1, 10, lambda: self.random.choice(EMOJI + [" ", "a"])))

    def controls(self):
        return "".join(self.times(1, 15, lambda: chr(self.random.choice([*range(32), 127, *range(128, 160), 0x200D, 0xFEFF, 0xFFFD, 0xAD, 97, 32]))))

    def runs(self):
        return "".join(self.times(1, 4, lambda: self.random.choice(["a", "A", " ", "\n", "\t", "0", "!", "é", "中", "😀", "\u0301", "=", "-", "ab", " a"]) * self.random.choice([1, 2, 3, 7, 20, 64, 150, 300])))

    def digits(self):
        return "".join(self.times(1, 12, lambda: self.random.choice(["", " ", ".", ",", "a", "-"]) + "".join(self.times(1, 9, lambda: self.random.choice("0123456789٣४²½Ⅷ"))))) 

    def contractions(self):
        return "".join(self.times(1, 12, lambda: self.random.choice(["I", "we", "DON", " ", "1", "é", ""]) + self.random.choice(CONTRACTIONS)))

    def marks(self):
        return "".join(self.times(1, 12, lambda: self.random.choice(BASES) + "".join(self.times(0, 4, lambda: self.random.choice(MARKS)))))

    def specials(self):
        if not self.special:
            return self.words()
        def part():
            token = self.random.choice(self.special)
            return self.random.choice([token, token, token + token, token[:-1], token[1:], token.upper(), " " + token + " ", token + "x", "\n" + token, self.word(), self.space()])
        return "".join(self.times(1, 8, part))

    def spaces(self):
        return "".join(self.times(1, 12, lambda: self.space() + self.random.choice(["", "", "a", "!", "1", "中"])))

    def glued(self):
        return "".join(self.times(1, 4, lambda: next(self)))

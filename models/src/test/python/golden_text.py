"""The tokenizer, the prompts and the chats of the golden that has text: a byte-level BPE in the manner of Llama 3."""

from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

VOCABULARY = 320
SPECIAL = ("<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>")        # the last three ids

# Llama 3's own pattern.
PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
           r"|\s*[\r\n]+|\s+(?!\S)|\s+")

CHAT = ("{{ bos_token }}{% for message in messages %}{{ '[' + message['role'] + '] ' + message['content'] | trim "
        "+ '<|eot_id|>' }}{% endfor %}{% if add_generation_prompt %}{{ '[assistant] ' }}{% endif %}")

PROMPTS = (
    "The joint holds.",
    "A tenon is the part of a joint that fits any mortise cut to its shape.\n\n",
    "Wörter, 日本語 and 🙂: it's 12345 bytes, isn't it?",
    "for (int i = 0; i < rows; i++) {\n    sum += x[i] * weight[i];   // [rows]\n}",
)

CORPUS = (
    "The carpenter cut a tenon and a mortise, and the joint held without a nail.",
    "A good joint is one that nobody sees; a bad joint is one that everybody hears.",
    "It isn't the hammer that makes the house, it's the hand that holds the hammer.",
    "She said that they'd come at 7 o'clock, and we've waited until 11 or 12 since then.",
    "The rows of the matrix are read one after the other; the columns are read in steps.",
    "for (int i = 0; i < n; i++) { total += values[i] * weights[i]; }",
    "public record Point(int x, int y) { }\n    return new Point(x + 1, y + 1);\n",
    "Die Tür ist offen, und der Wind weht über die Wörter hinweg.",
    "日本語の文字とやさしい言葉",
    "In the beginning there was a bench, a saw, a plane, and the time to use them.",
)


def save_tokenizer(folder: Path):
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PATTERN), behavior="isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY - len(SPECIAL), show_progress=False,
                                  initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_special_tokens(list(SPECIAL))
    assert tokenizer.get_vocab_size() == VOCABULARY
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(single=f"{SPECIAL[0]} $A", pair=f"{SPECIAL[0]} $A {SPECIAL[0]}:1 $B:1",
                                      special_tokens=[(SPECIAL[0], tokenizer.token_to_id(SPECIAL[0]))])])
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=SPECIAL[0], eos_token=SPECIAL[1],
                            chat_template=CHAT, clean_up_tokenization_spaces=False,
                            model_max_length=128).save_pretrained(folder)
    return AutoTokenizer.from_pretrained(folder)


def chats(tokenizer) -> list[dict]:
    """What `apply_chat_template` makes of a few conversations."""
    conversations = (
        [{"role": "user", "content": "  Does it fit? "}],
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?\nSay it."},
         {"role": "assistant", "content": "Because."}, {"role": "user", "content": "Ünd 🙂?"}],
    )
    return [{"messages": messages, "add_generation_prompt": prompt,
             "text": tokenizer.apply_chat_template(messages, add_generation_prompt=prompt, tokenize=False),
             "ids": tokenizer.apply_chat_template(messages, add_generation_prompt=prompt, return_dict=True).input_ids}
            for messages in conversations for prompt in (False, True)]

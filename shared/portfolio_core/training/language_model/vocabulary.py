"""The tokenizer: byte-level BPE of its own, with the template and the marks of Qwen3."""

from collections.abc import Iterable
from typing import Any, TypeAlias

Tokenizer: TypeAlias = Any
"""A ``PreTrainedTokenizerFast``; transformers has no types."""

END = "<|endoftext|>"
START_OF_MESSAGE, END_OF_MESSAGE = "<|im_start|>", "<|im_end|>"
SPECIAL = (END, START_OF_MESSAGE, END_OF_MESSAGE)
NAMED = ("<think>", "</think>")
"""Tokens of their own that are text to a reader, as Qwen3 has them."""

TEMPLATE = """\
{%- if messages[0].role == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- endif %}
{%- set ns = namespace(last_query=-1) %}
{%- for message in messages %}
    {%- if message.role == 'user' %}
        {%- set ns.last_query = loop.index0 %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.role == 'user' or (message.role == 'system' and not loop.first) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
    {%- elif message.role == 'assistant' %}
        {%- set content = message.content %}
        {%- set reasoning = '' %}
        {%- if '</think>' in content %}
            {%- set reasoning = content.split('</think>')[0].rstrip('\\n') %}
            {%- set reasoning = reasoning.split('<think>')[-1].lstrip('\\n') %}
            {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
        {%- endif %}
        {{- '<|im_start|>assistant\\n' }}
        {%- if loop.index0 > ns.last_query and (loop.last or reasoning) %}
            {{- '<think>\\n' + reasoning.strip('\\n') + '\\n</think>\\n\\n' }}
            {{- content.lstrip('\\n') }}
        {%- else %}
            {{- content }}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}"""
"""The template of Qwen3 but for tools, of which a model this small knows nothing."""

# The division into words of Qwen3: digits alone, a space with the word after it.
_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def learn(texts: Iterable[str], size: int) -> Tokenizer:
    """Learn a vocabulary of at most ``size`` tokens, marks included; any text can be encoded."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
    from tokenizers import pre_tokenizers as before
    from tokenizers.trainers import BpeTrainer
    from transformers import PreTrainedTokenizerFast

    bare = Tokenizer(models.BPE())
    bare.normalizer = normalizers.NFC()
    bare.pre_tokenizer = before.Sequence(
        [
            before.Split(Regex(_WORDS), "isolated"),
            before.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    bare.decoder = decoders.ByteLevel()
    trainer = BpeTrainer(
        vocab_size=size - len(SPECIAL) - len(NAMED),
        initial_alphabet=before.ByteLevel.alphabet(),
        show_progress=False,
    )
    bare.train_from_iterator(texts, trainer)
    bare.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in SPECIAL])
    bare.add_tokens([AddedToken(name, special=False, normalized=False) for name in NAMED])
    whole = PreTrainedTokenizerFast(
        tokenizer_object=bare,
        eos_token=END_OF_MESSAGE,
        pad_token=END,
        clean_up_tokenization_spaces=False,
    )
    whole.chat_template = TEMPLATE
    return whole

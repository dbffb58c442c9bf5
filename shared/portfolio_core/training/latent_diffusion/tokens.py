"""The words of the world as tokens, one each."""

from collections.abc import Sequence
from typing import Any, TypeAlias

Tokenizer: TypeAlias = Any
"""A fast tokenizer of transformers, imported late."""
Encoded: TypeAlias = Any
"""Its answer: ``input_ids`` and ``attention_mask``, tensors of shape (n, ``MOST_TOKENS``)."""

MOST_TOKENS = 20
"""Tokens of a prompt, the one at its end included."""
_PAD, _END, _UNKNOWN = "<pad>", "</s>", "<unk>"


def tokenizer(words: Sequence[str]) -> Tokenizer:
    """Return a tokenizer that knows ``words``, in lower case, and passes over punctuation."""
    from tokenizers import Tokenizer as Fast
    from tokenizers import normalizers, pre_tokenizers
    from tokenizers.models import WordLevel
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    numbers = {word: number for number, word in enumerate([_PAD, _END, _UNKNOWN, *words])}
    fast = Fast(WordLevel(numbers, unk_token=_UNKNOWN))
    fast.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    fast.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Punctuation("removed"), pre_tokenizers.WhitespaceSplit()]
    )
    fast.post_processor = TemplateProcessing(
        single=f"$A {_END}", special_tokens=[(_END, numbers[_END])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=fast,
        pad_token=_PAD,
        eos_token=_END,
        unk_token=_UNKNOWN,
        model_max_length=MOST_TOKENS,
    )


def encoded(words: Tokenizer, captions: Sequence[str]) -> Encoded:
    """Return ``captions`` as the pipeline encodes them."""
    return words(
        list(captions),
        padding="max_length",
        max_length=MOST_TOKENS,
        truncation=True,
        return_tensors="pt",
    )

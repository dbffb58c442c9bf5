"""What the text encoder learns beside the pictures: which words are of which of two things.

Pictures teach it very slowly, for neither the order of two things nor the word between them tells
where a thing is; only both together do. A linear layer reads the role of each word from what the
encoder makes of it; it is thrown away after the training.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

from portfolio_core.training.latent_diffusion import tokens

Tensor: TypeAlias = Any
"""A ``torch.Tensor``; torch is imported late."""
Module: TypeAlias = Any
"""A ``torch.nn.Module``; torch is imported late."""

_NEITHER, _FIRST, _SECOND = range(3)
# The words between two things, and the role of the one before them.
_BETWEEN = {
    "to the left of": _FIRST,
    "above": _FIRST,
    "to the right of": _SECOND,
    "below": _SECOND,
}
_AFTER = (" on ", ", ")


def reader(width: int) -> Module:
    """Return a layer that tells the role of a word from the ``width`` numbers it became."""
    from torch import nn

    return nn.Linear(width, len((_NEITHER, _FIRST, _SECOND)))


def roles(caption: str) -> list[int]:
    """Return of each word whether it is of the first thing (1), of the second (2), or neither (0).

    The first is the left or upper one, wherever in the caption it is named.
    """
    for between, role in _BETWEEN.items():
        one, found, rest = caption.partition(f" {between} ")
        if found:
            other = min((rest.partition(after)[0] for after in _AFTER), key=len)
            parts = ((one, role), (between, _NEITHER), (other, _FIRST + _SECOND - role))
            told = [role for words, role in parts for _ in words.split()]
            return told + [_NEITHER] * (len(caption.split()) - len(told))
    return [_NEITHER] * len(caption.split())


def loss_of(
    text_encoder: Module, layer: Module, asked: tokens.Encoded, captions: Sequence[str]
) -> Tensor:
    """Return how wrong ``layer`` is about the words of ``captions``, encoded as ``asked``."""
    import torch
    from torch.nn.functional import cross_entropy

    ignored = -100
    right = torch.full(asked.input_ids.shape, ignored)
    for row, caption in enumerate(captions):
        told = roles(caption)[: right.shape[1]]
        right[row, : len(told)] = torch.tensor(told, dtype=right.dtype)
    hidden = text_encoder(asked.input_ids, attention_mask=asked.attention_mask).last_hidden_state
    return cross_entropy(layer(hidden).flatten(0, 1), right.flatten(), ignore_index=ignored)

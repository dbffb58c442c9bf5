r"""Weights in a prompt: ``(word:1.3)`` counts for more, ``[word]`` for less.

    (word)      1.1 times; ((word)) 1.1 times 1.1 times
    (word:1.3)  1.3 times
    [word]      divided by 1.1
    \(word\)    plain parentheses

Source: https://github.com/AUTOMATIC1111/stable-diffusion-webui/wiki/Features#attentionemphasis
"""

import re
from itertools import groupby
from typing import NamedTuple

LIGHTEST, HEAVIEST = 0.0, 2.0
"""Weights outside of this are brought to it: pictures fall apart beyond."""

_STEP = 1.1
_DEEPEST = 20  # parentheses in parentheses; further ones are text
_TOKEN = re.compile(
    r"\\[()\[\]\\]"  # a sign that is meant as it is
    r"|:\s{0,4}(?P<weight>[0-9]{1,3}(?:\.[0-9]{1,6})?|\.[0-9]{1,6})\s{0,4}\)"
    r"|[()\[\]]"
    r"|[^\\()\[\]:]+"
    r"|.",
    re.DOTALL,
)


class Piece(NamedTuple):
    """A part of a prompt and how much it counts."""

    text: str
    weight: float


def pieces(prompt: str) -> list[Piece]:
    """Return the parts of a prompt in order; what is opened and not closed is plain text."""
    found: list[Piece] = []
    opened: list[int] = []  # where in ``found`` the signs stand that opened something
    for token in _TOKEN.finditer(prompt):
        sign = token[0]
        factor = _factor(sign, token["weight"], found[opened[-1]].text if opened else "")
        if factor is not None:
            start = opened.pop()
            found[start:] = [Piece(text, weight * factor) for text, weight in found[start + 1 :]]
            continue
        if sign in ("(", "[") and len(opened) < _DEEPEST:
            opened.append(len(found))
        escaped = len(sign) > 1 and sign.startswith("\\")
        found.append(Piece(sign[1:] if escaped else sign, 1.0))
    return _joined(found)


def _factor(sign: str, weight: str | None, opening: str) -> float | None:
    """Return what a sign multiplies by if it closes what ``opening`` opened."""
    if opening == "(" and sign.endswith(")"):
        return float(weight) if weight else _STEP
    return 1 / _STEP if (opening, sign) == ("[", "]") else None


def _joined(found: list[Piece]) -> list[Piece]:
    """Return the parts with those of one weight that follow each other made one."""
    joined = []
    for weight, same in groupby(found, key=lambda piece: piece.weight):
        text = "".join(piece.text for piece in same)
        joined.append(Piece(text, min(max(weight, LIGHTEST), HEAVIEST)))
    return joined

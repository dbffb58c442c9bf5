"""Mixed voices: ``af_heart+af_bella`` in equal parts, ``af_heart(0.7)+af_bella(0.3)`` weighted."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from portfolio_core.engines.text_to_speech import Voice
from portfolio_core.errors import NumberOutOfRange, UnknownChoice

MOST_VOICES = 4
LIGHTEST, HEAVIEST = 0.01, 100.0
"""The smallest and the largest weight that can be written."""
_PART = re.compile(r"\s*([^\s()+]+)\s*(?:\(([^()]*)\))?\s*")
_LONGEST = 40 * MOST_VOICES  # characters; a longer name is no mix of voices


@dataclass(frozen=True)
class Share:
    """One voice of a mix.

    Attributes:
        voice: Key of a voice.
        weight: Its part of the whole, over 0 and up to 1; the weights of a mix add up to 1.
    """

    voice: str
    weight: float


def parse(name: str, voices: Sequence[Voice]) -> tuple[Share, ...]:
    """Read the name of a voice or of a mix; what it returns adds up to 1.

    Args:
        name: Keys joined by ``+``, each with a weight in parentheses if need be.
        voices: The voices there are. A mix is made of one language only.

    Raises:
        UnknownChoice: a part is none of ``voices``, is there twice, or speaks another language.
        NumberOutOfRange: a weight is no number from 0.01 to 100, or there are too many parts.
    """
    parts = name[: _LONGEST + 1].split("+")
    if len(parts) > MOST_VOICES:
        raise NumberOutOfRange("number of voices", len(parts), 1, MOST_VOICES)
    allowed = {voice.key: voice.language for voice in voices}
    weights: dict[str, float] = {}
    for part in parts:
        found = _PART.fullmatch(part)
        if len(name) > _LONGEST or found is None or found[1] not in allowed:
            raise UnknownChoice("voice", part, allowed)
        weights[found[1]] = 1.0 if found[2] is None else _weight(found[2])
        language = allowed[found[1]]
        allowed = {k: own for k, own in allowed.items() if own == language and k not in weights}
    whole = sum(weights.values())
    return tuple(Share(key, weight / whole) for key, weight in weights.items())


def _weight(written: str) -> float:
    try:
        weight = float(written)
    except ValueError:
        weight = math.nan
    if not LIGHTEST <= weight <= HEAVIEST:  # false for NaN
        raise NumberOutOfRange("weight", written, LIGHTEST, HEAVIEST)
    return weight

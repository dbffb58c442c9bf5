"""The world as data beside the weights, for the engine that reads prompts."""

import json
from pathlib import Path

from portfolio_core.engines.text_to_image.vocabulary import FILE
from portfolio_core.files import write_atomically
from portfolio_core.training.latent_diffusion import language
from portfolio_core.training.latent_diffusion.drawing import SIDE
from portfolio_core.training.latent_diffusion.pipeline import CALL
from portfolio_core.training.latent_diffusion.world import (
    BACKGROUNDS,
    COLOURS,
    EVERYTHING,
    SHAPES,
    Kinds,
    plurals,
    words,
)


def write(folder: Path, kinds: Kinds = EVERYTHING) -> None:
    """Write what :class:`~portfolio_core.engines.text_to_image.vocabulary.World` reads."""
    told = {
        "side": SIDE,
        "call": CALL,
        "things": kinds.emoji,
        "shapes": SHAPES,
        "colours": tuple(COLOURS),
        "backgrounds": tuple(BACKGROUNDS),
        "plurals": plurals(kinds),
        "words": words(kinds),
        "ignored": language.IGNORED,
        "synonyms": dict(language.SYNONYMS),
        "korean": dict(language.KOREAN),
        "examples": dict(language.EXAMPLES),
    }
    text = json.dumps(told, ensure_ascii=False, indent=1)
    write_atomically(folder / FILE, f"{text}\n".encode())

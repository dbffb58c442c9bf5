"""How well the starter of text to image follows prompts that its training never saw.

DATA is a folder with a judge, ``judge.safetensors``: a classifier that was trained apart on the
same drawn world. The starter's own folder has one. What code draws is drawn with Debian's
fonts-noto-color-emoji.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from portfolio_core import catalog, hardware, starters
from portfolio_core.engines.text_to_image import Drawn, ImageRequest, TextToImageEngine
from portfolio_core.media.images import Pixels
from portfolio_core.settings import Settings
from portfolio_core.training.latent_diffusion import judge, making
from portfolio_core.training.latent_diffusion.measuring import Draw, Measured, measure, unseen

DATA = starters.folder("text-to-image")
LEAST_AGREES, MOST_WRONG, MOST_SECONDS = 0.80, 0.15, 3.0
_KEY = "text-to-image"


def evaluate(data: Path) -> bool:
    """Print the table; return whether all bars are met."""
    machine = hardware.detect(Settings())
    engine = catalog.engine_class(catalog.embedded(_KEY)).load(None, machine)
    scenes = unseen()
    measure(_drawing(engine), judge.load(data / making.JUDGE), scenes[:1])  # warms up
    found = measure(_drawing(engine), judge.load(data / making.JUDGE), scenes)
    print(table(found))
    return met(found)


def table(found: Measured) -> str:
    """Return what was found as a Markdown table."""
    rows = (
        ("agrees with the prompt", f"{found.agrees:.1%}", f"at least {LEAST_AGREES:.0%}"),
        ("agrees with a wrong one", f"{found.agrees_with_wrong:.1%}", f"at most {MOST_WRONG:.0%}"),
        ("seconds a picture", f"{found.seconds:.2f}", f"under {MOST_SECONDS:.0f}"),
        ("the judge on drawn pictures", f"{found.judge:.1%}", ""),
    )
    head = [f"| {found.combinations} unseen combinations | starter | bar |", "|---|---|---|"]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in rows)])


def met(found: Measured) -> bool:
    """Return whether all bars are met."""
    return (
        found.agrees >= LEAST_AGREES
        and found.agrees_with_wrong <= MOST_WRONG
        and found.seconds < MOST_SECONDS
    )


def _drawing(engine: TextToImageEngine) -> Draw:
    able = engine.abilities
    plain = ImageRequest("", "", able.side, able.side, able.steps, able.guidance,
                         able.schedulers[0], 0)  # fmt: skip

    def made(prompt: str, seed: int) -> Pixels:
        drawn = engine.draw(replace(plain, prompt=prompt, seed=seed))
        return next(one.rgb for one in drawn if isinstance(one, Drawn))

    return made

"""How well captions agree with people's: CIDEr of every captioner that is here.

CIDEr weighs the words that a caption shares with those of five people by how rare they are among
all pictures; 0 is nothing in common, 10 is the very same words. It is pycocoevalcap's; words are
split here, since its own splitter is a Java program.
Source of the method: Vedantam et al., CIDEr, 2015, https://arxiv.org/abs/1411.5726.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from portfolio_core import hardware, hub, settings
from portfolio_core.catalog import MODELS, Model, engine_class
from portfolio_core.engines.captioning import TASK, CaptioningEngine, Detail
from portfolio_core.media import images
from portfolio_core.settings import Limits, Preset

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


@dataclass(frozen=True)
class Score:
    """How one captioner did."""

    name: str
    preset: Preset
    cider: float
    seconds: float


def evaluate(data: Path) -> bool:
    """Print the score of each captioner; return whether the neural ones beat the embedded one.

    Args:
        data: Holds ``photos/manifest.jsonl`` and its pictures, or is that folder.
    """
    folder = data / "photos" if (data / "photos").is_dir() else data
    rows = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
    scores = [_score(model, folder, rows) for model in captioners()]
    print(f"\n## Captions of {len(rows)} photographs\n\n| captioner | CIDEr | seconds a picture |")
    print("|---|---|---|")
    for score in scores:
        print(f"| {score.name} | {score.cider:.2f} | {score.seconds:.2f} |")
    embedded = max(score.cider for score in scores if score.preset is Preset.EMBEDDED)
    neural = [score for score in scores if score.preset is not Preset.EMBEDDED]
    if not neural:
        print("\nNo neural captioner is on this machine; picture facts are no captions.")
    met = all(score.cider > embedded for score in neural)
    print(f"- neural captioners over picture facts: {'met' if met else '**missed**'}")
    return met


def captioners() -> list[Model]:
    """Return those whose weights are here, or that need none."""
    current = settings.current()
    return [
        model
        for model in MODELS
        if TASK in model.tasks and (model.hub is None or hub.is_here(model, current))
    ]


def cider(captions: Mapping[str, str], people: Mapping[str, Sequence[str]]) -> float:
    """Return the CIDEr of captions, 0 to 10.

    Args:
        captions: One for each picture, by its name.
        people: What people said of the same pictures.
    """
    from pycocoevalcap.cider.cider import Cider

    references = {name: [_words(text) for text in people[name]] for name in captions}
    candidates = {name: [_words(text)] for name, text in captions.items()}
    score, _ = Cider().compute_score(references, candidates)
    return float(score)


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


def _score(model: Model, folder: Path, rows: Sequence[Mapping[str, object]]) -> Score:
    current = settings.current()
    place = hub.folder(model, current) if model.hub else None
    engine: CaptioningEngine = engine_class(model).load(place, hardware.detect(current))
    said: dict[str, str] = {}
    start = time.perf_counter()
    for row in rows:
        name = str(row["file"])
        picture = images.read(folder / name, Limits())
        said[name] = engine.caption(picture.rgb, Detail.SHORT).text
    seconds = (time.perf_counter() - start) / len(rows)
    people = {str(row["file"]): list(map(str, row["captions"])) for row in rows}  # type: ignore[call-overload]
    return Score(model.name, model.preset, cider(said, people), seconds)

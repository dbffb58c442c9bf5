"""The model card that travels with what was trained."""

from collections.abc import Mapping
from dataclasses import dataclass

from portfolio_core.training.evaluation import Alarms, Evaluation

_TEXT = """\
---
library_name: transformers
pipeline_tag: image-classification
license: {licence}
---
# {title}

{description}

## How well it does

Grouped cross-validation: no picture is held out while a copy, a turn, a mirror image or another
picture of the same scene is learnt. The figures are those of the models trained for it, by the
same recipe as the one that is here.

| recipe | balanced accuracy | 95 % interval | gap over 8 turns | calibration error before, after |
|---|---|---|---|---|
{rows}

Temperature {temperature:.2f}. A class is named from these probabilities on; below them the model
is unsure: {least}.

Pictures of no class that were named all the same:

| pictures | models of the cross-validation | this model | this model, and sure |
|---|---|---|---|
{alarms}

## Data

{data}

## Limits

{limits}

## Again

```sh
{command}
```
"""


@dataclass(frozen=True)
class About:
    """What a card says that no figure does.

    Attributes:
        title: Name of the model.
        licence: SPDX identifier of the weights.
        description: What it is, in Markdown.
        data: What it learnt from, in Markdown.
        limits: What it cannot do, in Markdown.
    """

    title: str
    licence: str
    description: str
    data: str
    limits: str


def write(
    about: About,
    command: str,
    kept: Evaluation,
    final: Mapping[str, Alarms],
    *compared: Evaluation,
) -> str:
    """Return the card as Markdown, with the Hub's front matter.

    Args:
        about: Its words.
        command: What makes the same again.
        kept: Figures of the recipe that the model was made by.
        final: False alarms of the model itself, by kind of picture.
        compared: Figures of other recipes.
    """
    rules = kept.rules
    least = ", ".join(
        f"{name} {value:.2f}" for name, value in zip(rules.classes, rules.thresholds, strict=True)
    )
    alarms = [
        f"| {kind} | {_share(kept.alarms[kind].named, kept.alarms[kind].asked)} | "
        f"{_share(found.named, found.asked)} | {_share(found.sure, found.asked)} |"
        for kind, found in final.items()
    ]
    return _TEXT.format(
        licence=about.licence.lower(),
        title=about.title,
        description=about.description.strip(),
        rows="\n".join(_row(e) for e in (kept, *compared)),
        temperature=rules.temperature,
        least=least,
        alarms="\n".join(alarms),
        data=about.data.strip(),
        limits=about.limits.strip(),
        command=command,
    )


def _row(e: Evaluation) -> str:
    low, high = e.interval
    return (
        f"| {e.recipe} | {e.score:.3f} | {low:.3f}-{high:.3f} | {e.gap:.3f} | "
        f"{e.before:.3f}, {e.after:.3f} |"
    )


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.1%})"

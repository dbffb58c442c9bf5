"""The model card of an adapter, with the Hub's front matter."""

import math
from dataclasses import asdict

from portfolio_core.training.lora.about import About
from portfolio_core.training.lora.plan import Plan
from portfolio_core.training.tuning_report import Sample, Score, TuningReport

_TEXT = """\
---
{metadata}
---
# {title}

{description}

A LoRA adapter for `{base}`, revision `{revision}`. Load it with peft:

```python
from peft import PeftModel
from transformers import AutoModelForCausalLM

model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("{base}"), "FOLDER")
```

## What changed

Loss of held-out replies, in nats a token, with the adapter off and on; perplexity is its
exponential.

| rows | reply tokens | base | earlier adapter | tuned | perplexity of base | of tuned |
|---|---|---|---|---|---|---|
{scores}

![loss curve](loss.png)

{samples}

## Data

{data}, {used:,} rows ({tokens:,} tokens) learnt and {held_out:,} held out; licence: {licence}.
Rows that were left out: {left_out}.

## Recipe

{recipe}

{speed:.0f} tokens a second, {seconds:.0f} seconds, {memory:.2f} GB of memory at most.

## Again

```sh
{command}
```
"""
_SHAPE = ("rank", "alpha", "dropout", "targets")  # an adapter's own
_ROWS = {"own": "of this data", "before": "of the data before", "general": "chat in general"}


def write(about: About, plan: Plan, report: TuningReport, earlier: str = "") -> str:
    """Return the card as Markdown.

    Args:
        about: Its words.
        plan: How the adapter was trained.
        report: What came out.
        earlier: Name of the adapter that was gone on from, if there was one.
    """
    rows = report.rows
    left_out = [f"{reason} {count:,}" for reason, count in rows.rejected.items()]
    left_out += [f"duplicates {rows.duplicates:,}"] if rows.duplicates else []
    return _TEXT.format(
        metadata=_metadata(about, report),
        title=about.title or f"LoRA of {report.base} on {report.data}",
        description=about.description.strip() or "Trained with `scripts/train_lora.py`.",
        base=report.base,
        revision=report.base_revision,
        scores="\n".join(map(_score, report.scores)) or "| none held out | | | | | | |",
        samples="\n\n".join(map(_sample, report.samples)),
        data=report.data,
        used=rows.used,
        tokens=rows.tokens,
        held_out=rows.held_out,
        licence=report.licence,
        left_out=", ".join(left_out) or "none",
        recipe=_recipe(plan, earlier),
        speed=report.tokens_per_second,
        seconds=report.seconds,
        memory=report.peak_bytes / 1e9,
        command=report.command,
    )


def _metadata(about: About, report: TuningReport) -> str:
    from huggingface_hub import ModelCardData

    spdx = report.licence.lower()
    known = spdx != "unknown" and " " not in spdx
    return str(
        ModelCardData(
            base_model=report.base,
            library_name="peft",
            pipeline_tag="text-generation",
            license=spdx if known else "other",
            license_name=None if known else "that-of-the-data",
            tags=["lora", f"base_model:adapter:{report.base}"],
            model_name=about.title or None,
        ).to_yaml()
    )


def _recipe(plan: Plan, earlier: str) -> str:
    values = asdict(plan)
    words = []
    if earlier:
        values = {name: value for name, value in values.items() if name not in _SHAPE}
        words = [f"gone on from the adapter {_line(earlier)}, whose shape is kept"]
    return ", ".join([*words, *(f"{name} {value}" for name, value in values.items())])


def _score(score: Score) -> str:
    base, tuned = score.base_loss, score.tuned_loss
    earlier = "none" if score.earlier_loss is None else f"{score.earlier_loss:.4f}"
    return (
        f"| {_ROWS[score.rows]} | {score.tokens:,} | {base:.4f} | {earlier} | {tuned:.4f} | "
        f"{math.exp(base):.2f} | {math.exp(tuned):.2f} |"
    )


def _sample(sample: Sample) -> str:
    return (
        f"**{_line(sample.prompt)}**\n\n- base: {_line(sample.base)}\n- tuned: "
        f"{_line(sample.tuned)}"
    )


def _line(text: str) -> str:
    """Return text of any kind as one line that Markdown leaves alone."""
    told = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|#!" else sign for sign in told) or "(nothing)"

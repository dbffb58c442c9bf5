"""The model card of a chat model that was trained here."""

from portfolio_core.training.card import About
from portfolio_core.training.language_model.scoring import Held, Metrics
from portfolio_core.training.language_model.sources import Language

_TEXT = """\
---
library_name: transformers
pipeline_tag: text-generation
license: {licence}
language: [en, ko]
---
# {title}

{description}

{parameters:,} weights in bfloat16. Load it with `AutoModelForCausalLM.from_pretrained`, or through
the engine `QwenChat`.

## How well it does

On conversations that it never saw. The loss is the mean over the tokens of the last reply, in
nats; perplexity is its exponential. It says how well the reply that somebody gave is foretold,
not how good its own is: so it was also let answer {answered} of each, and counted how often it
ended its turn by itself and kept to the language it was asked in.

| language | conversations | reply tokens | loss | perplexity | ends its turn | keeps the language |
|---|---|---|---|---|---|---|
{rows}

What it answers, the likeliest token taken each time:

| asked | answered |
|---|---|
{samples}

## Data

{data}

## Limits

{limits}

## Again

{steps:,} steps of {tokens:,} tokens in all; {minutes:.0f} minutes on two shared CPU cores.

```sh
{command}
```
"""


def write(about: About, command: str, metrics: Metrics) -> str:
    """Return the card as Markdown, with the Hub's front matter."""
    return _TEXT.format(
        licence=about.licence.lower(),
        title=about.title,
        description=about.description.strip(),
        parameters=metrics.parameters,
        answered=min(held.answered for held in metrics.held_out.values()),
        rows="\n".join(_row(*pair) for pair in metrics.held_out.items()),
        samples="\n".join(f"| {_cell(q)} | {_cell(a)} |" for q, a in metrics.samples.items()),
        data=about.data.strip(),
        limits=about.limits.strip(),
        steps=metrics.steps,
        tokens=metrics.tokens,
        minutes=metrics.seconds / 60,
        command=command,
    )


def _row(language: Language, held: Held) -> str:
    return (
        f"| {language} | {held.conversations} | {held.tokens:,} | {held.loss:.3f} | "
        f"{held.perplexity:.1f} | {held.ended:.1%} | {held.in_language:.1%} |"
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "\\<")

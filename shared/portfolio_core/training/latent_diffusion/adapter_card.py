"""The model card of an adapter that adds a thing to a model of the drawn world."""

from portfolio_core.training.latent_diffusion.comparing import Compared, Side
from portfolio_core.training.latent_diffusion.pipeline import CALL
from portfolio_core.training.latent_diffusion.tuning import Order
from portfolio_core.training.latent_diffusion.world import Thing

SHEET = "base-and-tuned.png"
_TEXT = """\
---
base_model: {base}
library_name: peft
license: apache-2.0
pipeline_tag: text-to-image
tags:
- lora
- base_model:adapter:{base}
---
# {title}

The model of a drawn world learns one thing more: {one}. Its word has had a number in the model
from the beginning, and no meaning.

A LoRA adapter for `{base}`, revision `{revision}`. Load it with peft:

```python
import torch
from diffusers import DiffusionPipeline
from peft import PeftModel

pipe = DiffusionPipeline.from_pretrained("{base}", dtype=torch.float32)
adapter = PeftModel.from_pretrained(pipe.transformer, "FOLDER")  # the pipeline draws with it now
pipe("{example}", {call}).images[0]
with adapter.disable_adapter():
    ...  # as without it
```

## What changed

Base and tuned draw the same prompts from the same seeds: {things} combinations with {one} that the
tuning never saw, and {known} of what the base knows that neither training saw. A classifier that
was trained apart, on pictures drawn by code, tells what each shows: the arrangement, what is there
in which colour, the background. Only if all of that is as asked, it counts.

| | base | tuned | the classifier on drawn pictures |
|---|---|---|---|
| with {one} | {base_thing} | {tuned_thing} | {judge_thing} |
| what the base knows | {base_known} | {tuned_known} | {judge_known} |
| with {one}, agrees with a wrong prompt | {wrong_base} | {wrong_tuned} | |
| error on latents with {one} | {base_error:.3f} | {tuned_error:.3f} | |
| error on latents of the rest | {base_known_error:.3f} | {tuned_known_error:.3f} | |

![the base's pictures above, the tuned model's below]({sheet})

{prompts}

## Data

{pool:,} pictures that code drew (`training/latent_diffusion`), every other one with {one}. The
emoji are [Noto Color Emoji](https://github.com/googlefonts/noto-emoji) by Google, under the SIL
Open Font License 1.1.

## Limits

All limits of the base hold. Its autoencoder was not tuned and has never seen {one}: fine details
are smudged. The page's engine does not know the word, which lies outside of the starter's world.

## Again

Rank {rank}, {steps:,} batches of {batch} pictures, checkpoints every 50.

```sh
{command}
```
"""


def write(order: Order, found: Compared, command: str) -> str:
    """Return the card as Markdown, with the Hub's front matter."""
    thing, base, tuned = Thing(order.thing), found.base, found.tuned
    return _TEXT.format(
        title=f"{thing.one.capitalize()} for the drawn world",
        one=thing.one,
        base=order.base.name,
        revision=order.revision,
        example=found.prompts[0],
        call=", ".join(f"{name}={value!r}" for name, value in CALL.items()),
        things=base.thing.combinations,
        known=base.known.combinations,
        **_shares("base", base),
        **_shares("tuned", tuned),
        judge_thing=f"{base.thing.judge:.1%}",
        judge_known=f"{base.known.judge:.1%}",
        base_error=base.thing_error,
        tuned_error=tuned.thing_error,
        base_known_error=base.known_error,
        tuned_known_error=tuned.known_error,
        sheet=SHEET,
        prompts="\n".join(f"{number}. {prompt}" for number, prompt in enumerate(found.prompts, 1)),
        pool=order.pool,
        rank=order.plan.rank,
        steps=order.plan.steps,
        batch=order.plan.batch,
        command=command,
    )


def _shares(name: str, side: Side) -> dict[str, str]:
    return {
        f"{name}_thing": f"{side.thing.agrees:.1%}",
        f"{name}_known": f"{side.known.agrees:.1%}",
        f"wrong_{name}": f"{side.thing.agrees_with_wrong:.1%}",
    }

"""The model card of a latent diffusion model that was trained here."""

from portfolio_core.training.card import About
from portfolio_core.training.latent_diffusion.language import EXAMPLES
from portfolio_core.training.latent_diffusion.making import Order
from portfolio_core.training.latent_diffusion.measuring import Measured
from portfolio_core.training.latent_diffusion.pipeline import CALL
from portfolio_core.training.latent_diffusion.world import BACKGROUNDS, COLOURS, SHAPES

_TEXT = """\
---
library_name: diffusers
pipeline_tag: text-to-image
license: {licence}
language: [en]
---
# {title}

{description}

{parameters:,} weights in float16, learnt in float32. Open it with diffusers, or through the engine
`StarterEngine`, which also reads Korean and says which words are outside of its world:

```python
import torch
from diffusers import DiffusionPipeline

pipe = DiffusionPipeline.from_pretrained("FOLDER", dtype=torch.float32)
pipe("{example}", {call}).images[0]
```

The numbers of the call are its usual ones, and those of `world.json`.

## What it can draw

Pictures of 128 x 128 pixels with one thing (in the middle, on the left, on the right, at the top,
at the bottom), two or three of one thing, or two things (to the left of, to the right of, above,
below each other).

- emoji: {emoji}
- shapes: {shapes}, each in {colours}
- backgrounds: {backgrounds}

{examples}

## How well it does

On {combinations} combinations of things and places that it never saw in its training: one in ten
is held out, chosen by a hash of its name. A classifier with no part in the model, trained apart on
pictures of its own, tells what each picture shows: the arrangement, what is there in which colour,
the background. Only if all of that is as asked, it counts. A wrong prompt differs from the right
one in one respect.

| | |
|---|---|
| agrees with the prompt | {agrees:.1%} |
| agrees with a wrong prompt | {agrees_with_wrong:.1%} |
| what the classifier tells rightly of pictures drawn by code | {judge:.1%} |
| a picture, {steps} steps | {seconds:.2f} s |

Seconds are the median on the machine that wrote this card.

## Data

{data}

## Limits

{limits}

## Again

{pool:,} pictures; {coder_steps:,} batches for the autoencoder and {decoder_steps:,} more for its
decoder alone, {plan_steps:,} of {plan_batch} pictures for the denoiser.

```sh
{command}
```
"""


def write(about: About, order: Order, measured: Measured, parameters: int, command: str) -> str:
    """Return the card as Markdown, with the Hub's front matter."""
    prompts = [prompt for language in EXAMPLES.values() for prompt in language]
    return _TEXT.format(
        licence=about.licence.lower(),
        title=about.title,
        description=about.description.strip(),
        parameters=parameters,
        example=prompts[0],
        call=", ".join(f"{name}={value!r}" for name, value in CALL.items()),
        emoji=", ".join(order.kinds.emoji),
        shapes=", ".join(SHAPES),
        colours=", ".join(COLOURS),
        backgrounds=", ".join(BACKGROUNDS),
        examples="\n".join(f"- {prompt}" for prompt in prompts),
        combinations=measured.combinations,
        agrees=measured.agrees,
        agrees_with_wrong=measured.agrees_with_wrong,
        judge=measured.judge,
        steps=CALL["num_inference_steps"],
        seconds=measured.seconds,
        data=about.data.strip(),
        limits=about.limits.strip(),
        pool=order.pool,
        coder_steps=order.coder.steps,
        decoder_steps=order.decoder.steps,
        plan_steps=order.plan.steps,
        plan_batch=order.plan.batch,
        command=command,
    )

"""The loss curve: few enough points for a page, and a picture of them."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image, ImageDraw

from portfolio_core.training.tuning_report import Step

_POINTS = 120
_WIDTH, _HEIGHT, _MARGIN = 720, 420, 48
_TRAINED, _HELD_OUT, _INK = "#1f6feb", "#d1442f", "#555555"

Spot = tuple[float, float]


def points(lines: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Return about 120 points of a log: the mean loss since the point before.

    Where the held-out loss was measured there always is a point.
    """
    every = -(-len(lines) // _POINTS) if lines else 1
    found, since = [], []
    for place, line in enumerate(lines, 1):
        since.append(line["loss"])
        if place % every == 0 or "held_out" in line or place == len(lines):
            loss = sum(since) / len(since)
            found.append(Step(step=line["step"], loss=loss, held_out=line.get("held_out")))
            since = []
    return tuple(found)


def png(curve: Sequence[Step]) -> bytes:
    """Draw the curve and return it as a PNG; ``curve`` has at least one point."""
    picture = Image.new("RGB", (_WIDTH, _HEIGHT), "white")
    draw = ImageDraw.Draw(picture)
    trained = [(step.step, step.loss) for step in curve]
    held_out = [(step.step, step.held_out) for step in curve if step.held_out is not None]
    steps = curve[-1].step
    top = max(loss for _, loss in [*trained, *held_out]) * 1.05 or 1.0
    draw.rectangle((_MARGIN, _MARGIN, _WIDTH - _MARGIN, _HEIGHT - _MARGIN), outline=_INK)
    for share in (0, 0.25, 0.5, 0.75, 1):
        _, y = _place((0, share * top), steps, top)
        draw.text((_MARGIN - 6, y), f"{share * top:.2f}", _INK, anchor="rm")
        x, _ = _place((share * steps, 0), steps, top)
        draw.text((x, _HEIGHT - _MARGIN + 6), f"{share * steps:.0f}", _INK, anchor="ma")
    for number, (name, line, colour) in enumerate(
        (("learnt rows", trained, _TRAINED), ("held-out rows", held_out, _HELD_OUT))
    ):
        spots = [_place(spot, steps, top) for spot in line]
        draw.line(spots, colour, width=2)
        for x, y in spots:
            draw.ellipse((x - 2, y - 2, x + 2, y + 2), colour)
        draw.text((_MARGIN + 150 * number, 24), name, colour, anchor="lm")
    draw.text((_WIDTH / 2, _HEIGHT - 14), "step", _INK, anchor="mm")
    draw.text((_WIDTH - _MARGIN, 24), "loss of reply tokens, nats", _INK, anchor="rm")
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _place(spot: Spot, steps: float, top: float) -> Spot:
    across = _MARGIN + spot[0] / steps * (_WIDTH - 2 * _MARGIN)
    return across, _HEIGHT - _MARGIN - spot[1] / top * (_HEIGHT - 2 * _MARGIN)

"""The text that AUTOMATIC1111's Web UI writes into a PNG, and our parameters: there and back.

    a lighthouse at dusk
    Negative prompt: people
    Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512, Model: sdxl-base

Files come from anywhere: what is no value of its kind, or over a bound, is left out.

Source: https://github.com/AUTOMATIC1111/stable-diffusion-webui/wiki/Features#png-info
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from portfolio_core.engines.diffusion.schedulers import SCHEDULERS
from portfolio_core.engines.diffusion.seeds import SEEDS

_NEGATIVE = "Negative prompt: "
_LONGEST = 64 * 1024
_LONGEST_VALUE = 200
_MOST = 10_000  # steps, pixels of a side
_PAIR = re.compile(r'\s*(\w[\w \-/]{0,40}):\s*("(?:\\.|[^"\\])*"|[^,]*)(?:,|$)')
_FEWEST_PAIRS = 2  # a line with one colon may as well be a prompt
_SIZE = re.compile(r"([0-9]{1,5})x([0-9]{1,5})")
_KEY_OF = {scheduler.label.casefold(): key for key, scheduler in SCHEDULERS.items()}
_PLAIN_SCHEDULES = {"automatic", "normal", ""}

# Our name to AUTOMATIC1111's, in the order in which it writes them.
_NAMES = {
    "steps": "Steps",
    "scheduler": "Sampler",
    "guidance": "CFG scale",
    "seed": "Seed",
    "size": "Size",
    "model": "Model",
    "strength": "Denoising strength",
    "refine_from": "Refiner switch at",
}


def write(parameters: Mapping[str, Any]) -> str:
    """Return the text of ``parameters``; names that it has no place for are left out.

    Args:
        parameters: Of a call: ``prompt``, ``negative_prompt``, ``steps``, ``scheduler``,
            ``guidance``, ``seed``, ``width``, ``height``, ``model``, ``strength``,
            ``refine_from``; none of them is needed.
    """
    values = {name: parameters.get(name) for name in _NAMES}
    if parameters.get("width") and parameters.get("height"):
        values["size"] = f"{parameters['width']}x{parameters['height']}"
    if values["scheduler"] in SCHEDULERS:
        values["scheduler"] = SCHEDULERS[str(values["scheduler"])].label
    pairs = [f"{_NAMES[name]}: {_quoted(value)}" for name, value in values.items() if value != ""
             and value is not None]  # fmt: skip
    lines = [str(parameters.get("prompt", ""))]
    if parameters.get("negative_prompt"):
        lines.append(_NEGATIVE + str(parameters["negative_prompt"]))
    return "\n".join([*lines, ", ".join(pairs)])


def read(text: str) -> dict[str, Any]:
    """Return the parameters that a text holds, named as :func:`write` takes them.

    ``scheduler`` is one of our keys, and is left out where we have none of that name; numbers
    are finite. ``prompt`` is always there, and the whole text where nothing else is found.
    """
    text = text[:_LONGEST]
    lines = text.strip().split("\n")
    pairs = _pairs(lines[-1])
    if pairs:
        lines.pop()
    prompt, _, negative = "\n".join(lines).partition("\n" + _NEGATIVE)
    if prompt.startswith(_NEGATIVE):
        prompt, negative = "", prompt.removeprefix(_NEGATIVE)
    found = {"prompt": prompt.strip(), **_values(pairs)}
    if negative.strip():
        found["negative_prompt"] = negative.strip()
    return found


def _pairs(line: str) -> dict[str, str]:
    """Return the pairs of the last line; none where it is no such line from end to end."""
    pairs: dict[str, str] = {}
    at = 0
    while at < len(line):
        pair = _PAIR.match(line, at)
        if pair is None:
            return {}
        pairs[pair[1]] = pair[2]
        at = pair.end()
    return pairs if len(pairs) >= _FEWEST_PAIRS else {}


def _values(pairs: Mapping[str, str]) -> dict[str, Any]:
    told = {name: _unquoted(pairs.get(label, "")) for name, label in _NAMES.items()}
    size = _SIZE.fullmatch(told["size"])
    found: dict[str, Any] = {
        "steps": _whole(told["steps"], 1, _MOST),
        "scheduler": _scheduler(told["scheduler"], pairs.get("Schedule type", "")),
        "guidance": _number(told["guidance"], 0, 100),
        "seed": _whole(told["seed"], 0, SEEDS - 1),
        "width": _whole(size[1], 1, _MOST) if size else None,
        "height": _whole(size[2], 1, _MOST) if size else None,
        "model": told["model"] or None,
        "strength": _number(told["strength"], 0, 1),
        "refine_from": _number(told["refine_from"], 0, 1),
    }
    return {name: value for name, value in found.items() if value is not None}


def _scheduler(sampler: str, schedule: str) -> str | None:
    """Return our key; newer files name the schedule apart, older ones at the sampler's end."""
    schedule = schedule.strip().casefold()
    named = sampler if schedule in _PLAIN_SCHEDULES else f"{sampler} {schedule}"
    return _KEY_OF.get(named.casefold())


def _whole(told: str, low: int, high: int) -> int | None:
    number = int(told) if re.fullmatch("[0-9]{1,12}", told) else -1
    return number if low <= number <= high else None


def _number(told: str, low: float, high: float) -> float | None:
    number = float(told) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,12})?", told) else -1.0
    return number if low <= number <= high else None


def _quoted(value: object) -> str:
    """Return a value as it stands in the line: in quotes where it would end the pair."""
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if set(text) & set(',:"\n') else text


def _unquoted(told: str) -> str:
    told = told.strip()
    if told.startswith('"'):
        try:
            told = str(json.loads(told))
        except ValueError:
            return ""
    return told[:_LONGEST_VALUE]

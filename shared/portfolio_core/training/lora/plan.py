"""How an adapter is trained: every number that decides what comes out."""

import math
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from portfolio_core.engines.chat.adapters import MOST_RANK
from portfolio_core.errors import NumberOutOfRange, UnknownChoice

Targets = Literal["all", "attention"]
"""Which matrices get an adapter: all of a layer's, or those of its attention."""
Batching = Literal["packed", "sorted"]
"""Rows one after another up to the length, or rows of like length side by side."""

MODULES: dict[Targets, tuple[str, ...]] = {
    "all": ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
    "attention": ("q_proj", "k_proj", "v_proj", "o_proj"),
}
_RANGES: dict[str, tuple[float, float]] = {
    "rank": (1, MOST_RANK),
    "alpha": (1, 1024),
    "dropout": (0, 0.9),
    "rate": (1e-7, 0.1),
    "warmup": (0, 1),
    "decay": (0, 1),
    "clip": (0.01, 100),
    "epochs": (0.01, 1000),
    "steps": (0, 10_000_000),
    "length": (16, 32_768),
    "batch": (1, 4096),
    "held_out": (0, 0.5),
    "held_out_rows": (0, 10_000),
    "measure_every": (0, 1_000_000),
    "save_every": (0, 1_000_000),
    "keep": (2, 100),
    "minutes": (0, 100_000),
    "seed": (0, 2**32 - 1),
}


@dataclass(frozen=True)
class Plan:
    """One training of an adapter.

    The defaults suit a few hundred to a few thousand rows. A wrong value is refused when the
    plan is made: :class:`NumberOutOfRange` or :class:`UnknownChoice`.

    Attributes:
        rank: Rank of the adapter's matrices, 1 to 256.
        alpha: Their product is scaled by ``alpha / rank``.
        dropout: Share of an adapter's input that is left out, 0 to 0.9.
        targets: Which matrices get an adapter.
        rate: Largest learning rate of AdamW.
        warmup: Share of the steps in which the rate rises; then it falls as a cosine to 0.
        decay: Weight decay.
        clip: Largest norm of a gradient.
        epochs: How often the rows are gone through.
        steps: Steps of the optimizer; 0 = as many as ``epochs`` need.
        length: Most tokens of a row, and of a batch that is packed.
        batch: Packs, or groups of like rows with as many tokens, of one step.
        batching: How rows are put together.
        checkpointing: Compute activations again in the backward pass: less memory, slower.
        held_out: Share of the rows that is kept apart.
        held_out_rows: Most rows that are kept apart.
        measure_every: Steps from one held-out loss to the next; 0 = ten times in all.
        save_every: Steps from one checkpoint to the next; 0 = ten times in all.
        keep: Checkpoints that are kept, at least 2.
        minutes: The training ends after so long, with what it has learnt; 0 = when it is done.
        seed: Of all choices.
    """

    rank: int = 16
    alpha: int = 32
    dropout: float = 0
    targets: Targets = "all"
    rate: float = 2e-4
    warmup: float = 0.05
    decay: float = 0
    clip: float = 1
    epochs: float = 3
    steps: int = 0
    length: int = 512
    batch: int = 1
    batching: Batching = "packed"
    checkpointing: bool = False
    held_out: float = 0.1
    held_out_rows: int = 200
    measure_every: int = 0
    save_every: int = 0
    keep: int = 2
    minutes: float = 0
    seed: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            if field.name in _RANGES:
                _in_range(field.name, getattr(self, field.name), whole=field.type is int)
        for name, value, choices in (
            ("targets", self.targets, get_args(Targets)),
            ("batching", self.batching, get_args(Batching)),
        ):
            if value not in choices:
                raise UnknownChoice(name, value, choices)


def _in_range(name: str, value: Any, *, whole: bool) -> None:  # noqa: ANN401 - of any type
    low, high = _RANGES[name]
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not low <= value <= high or (whole and value != int(value)):
        raise NumberOutOfRange(name, value, low, high)


def rate_at(plan: Plan, step: int, steps: int) -> float:
    """Return the learning rate of ``step`` of ``steps``, both counted from 1."""
    rising = max(1, round(plan.warmup * steps))
    if step <= rising:
        return plan.rate * step / rising
    return plan.rate * 0.5 * (1 + math.cos(math.pi * (step - rising) / (steps - rising + 1)))

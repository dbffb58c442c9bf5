"""How a training goes, and where it is."""

from dataclasses import dataclass

_WARMING = 40
"""Steps in which the learning rate rises."""


@dataclass(frozen=True)
class Plan:
    """How it is trained.

    Attributes:
        steps: Steps of the optimizer.
        last: Share of them, the last ones, in which only replies count and the rate falls to 0.
        tokens: Tokens of a step, filling included.
        rate: Highest learning rate, kept from the warming to the last part.
        seed: Of the weights and the order of rows.
        half: Whether products are counted in bfloat16.
    """

    steps: int = 600
    last: float = 0.4
    tokens: int = 4096
    rate: float = 2e-3
    seed: int = 0
    half: bool = True

    @property
    def first(self) -> int:
        """Steps before the last part."""
        return round(self.steps * (1 - self.last))

    def rate_at(self, step: int) -> float:
        """Return the learning rate of a step, counted from 1."""
        if step > self.first:
            return self.rate * (self.steps - step + 1) / (self.steps - self.first + 1)
        return self.rate * min(1, step / _WARMING)


@dataclass(frozen=True)
class Progress:
    """Where a training is.

    Attributes:
        step: Steps done.
        loss: Of the newest step, in nats.
        tokens: Tokens of all steps, filling included.
        seconds: That they took, those before a restart included.
    """

    step: int = 0
    loss: float = 0.0
    tokens: int = 0
    seconds: float = 0.0

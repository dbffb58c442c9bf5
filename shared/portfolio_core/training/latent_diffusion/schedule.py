"""The learning rate over a training."""

_WARM_UP = 100  # steps


def rate_at(step: int, steps: int, highest: float, last: float = 0.4) -> float:
    """Return the learning rate of ``step``: it rises, stays, and falls in the ``last`` share."""
    return highest * min(1.0, step / _WARM_UP, max((steps - step) / (steps * last), 0.01))

"""How long a picture takes, before it is made: learnt from this machine's own runs."""

import statistics
import threading
from collections import defaultdict, deque
from dataclasses import dataclass
from functools import cache

from portfolio_core import hardware, settings
from portfolio_core.hardware import Device

_KEPT = 15
_MEGAPIXEL = 1024 * 1024
# Reading the prompt and making a picture of the latents take about a step together.
_BESIDE_STEPS = 1
# Seconds of a step of one megapixel for a network as large as SDXL's with guidance, rounded up:
# who has waited less than he was told is content.
_CAUTIOUS: dict[Device, float] = {"cpu": 60.0, "cuda": 0.6}


@dataclass(frozen=True)
class Estimate:
    """How long something takes.

    Attributes:
        seconds: About.
        learnt: Whether it was learnt here; otherwise it is a cautious guess.
    """

    seconds: float
    learnt: bool


class Pace:
    """Seconds per step and megapixel, for each model. Safe to use from many threads."""

    def __init__(self, device: Device) -> None:
        """Know nothing yet but where the models run."""
        self._guess = _CAUTIOUS[device]
        self._seen: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=_KEPT))
        self._changing = threading.Lock()

    def seconds(self, key: str, steps: int, pixels: int, count: int = 1) -> Estimate:
        """Return how long ``count`` pictures will take.

        Args:
            key: Of the model.
            steps: Of each picture.
            pixels: Width times height of each.
            count: Pictures.
        """
        with self._changing:
            seen = self._seen.get(key)
            pace = statistics.median(seen) if seen else self._guess
        return Estimate(pace * _work(steps, pixels, count), learnt=bool(seen))

    def note(self, key: str, steps: int, pixels: int, count: int, seconds: float) -> None:
        """Learn from pictures that took ``seconds``, without the load of a cold model."""
        with self._changing:
            self._seen[key].append(seconds / _work(steps, pixels, count))


def _work(steps: int, pixels: int, count: int) -> float:
    return (steps + _BESIDE_STEPS) * pixels / _MEGAPIXEL * count


@cache
def process_wide() -> Pace:
    """Return the one pace of this process."""
    return Pace(hardware.detect(settings.current()).device)

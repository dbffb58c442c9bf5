"""The queue of one engine, and the places of callers in it.

Callers wait here in threads, in the order of their coming. Loading and the memory that engines
share are no matter of this module; see :mod:`workload`.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

from portfolio_core import occupancy
from portfolio_core.errors import Cancelled, PortfolioError, WaitedTooLong, WorkTooLong
from portfolio_core.occupancy import State
from portfolio_core.settings import Limits

E = TypeVar("E")
# How often a waiting caller looks up, and how often it says so although nothing has changed.
_LOOK_SECONDS = 0.1
_NEWS_SECONDS = 1.0
RETRY_AFTER_SECONDS = 5
_NEVER = float("inf")


@dataclass(frozen=True)
class EngineSpec(Generic[E]):
    """What the workload must know of an engine.

    Attributes:
        key: Unique name; callers with the same key share one engine and one queue.
        load: Makes the engine; called when needed, by one caller at a time.
        memory_bytes: What it takes when loaded, about.
    """

    key: str
    load: Callable[[], E]
    memory_bytes: int


class Place(Generic[E]):
    """One caller's place: wait for the turn, get the engine, ask whether to go on."""

    def __init__(self, queue: "Queue", load: Callable[["Queue"], object]) -> None:
        """Stand last in ``queue``; ``load`` returns its engine, loaded if need be."""
        self.queue = queue
        self._load = load
        self.deadline = _NEVER
        self.carried = False
        """Whether somebody ahead works for this caller, too; see :mod:`batching`."""
        self.share: object = None
        """What this caller wants, where it can be done for several at once; likewise."""
        self._end: PortfolioError | None = None

    @property
    def cancelled(self) -> bool:
        """Whether the work should end."""
        return self._end is not None

    @property
    def ahead(self) -> int:
        """How many are before this caller; 0 also for one who has left."""
        return self.queue.places.index(self) if self in self.queue.places else 0

    def waiting(self) -> Iterator[int]:
        """Yield how many are ahead, several times a second, until it is this caller's turn.

        Raises:
            WaitedTooLong: the turn did not come in time.
            Cancelled: :meth:`cancel` was called.
            Draining: the process cannot wait any longer.
        """
        return self.queue.wait_for(self)

    def engine(self) -> E:
        """Return the engine, loaded if need be. Call it when the turn has come.

        Raises:
            EngineFailed: it could not be loaded.
            MemoryBudgetExceeded: it does not fit beside those at work.
        """
        for _ in self.waiting():  # no wait at all when the caller has waited already
            pass
        engine = cast("E", self._load(self.queue))
        if self.deadline == _NEVER:  # the load of a cold engine is not part of the work
            self.deadline = time.monotonic() + self.queue.limits.work_seconds
        return engine

    def check(self) -> None:
        """Raise if the work should end; engines call it between steps.

        Raises:
            Cancelled: :meth:`cancel` was called.
            Draining: the process cannot wait any longer.
            WorkTooLong: the work has passed its deadline.
        """
        self.raise_if_cancelled()
        self.raise_if_late()

    def raise_if_late(self) -> None:
        """Raise :class:`WorkTooLong` after the deadline."""
        if time.monotonic() > self.deadline:
            raise WorkTooLong(self.queue.limits.work_seconds)

    def cancel(self, reason: PortfolioError | None = None) -> None:
        """End the work at its next check. May be called from any thread.

        Args:
            reason: What the check raises; :class:`Cancelled` unless given.
        """
        self._end = self._end or reason or Cancelled()

    def raise_if_cancelled(self) -> None:
        """Raise the reason of :meth:`cancel` after it was called."""
        if self._end:
            raise self._end

    def behind(self) -> "list[Place[Any]]":
        """Return those who wait after this caller, in their order."""
        return self.queue.behind(self)

    def leave(self) -> None:
        """Give the place up, and let the next one in."""
        self.queue.leave(self)

    def __enter__(self) -> Self:
        """Stay in the queue until the block ends."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave, and let the next one in."""
        self.leave()


class Queue:
    """One engine with its callers; the first of ``places`` is the one at work."""

    def __init__(self, spec: EngineSpec[Any], limits: Limits, changed: threading.Condition) -> None:
        """Make an empty queue; ``changed`` is the lock of all queues of a workload."""
        self.spec = spec
        self.limits = limits
        self._changed = changed
        self.places: deque[Place[Any]] = deque()
        self.engine: object = None
        self.state: State = "idle"
        self.loading = threading.Lock()
        self.last_used = time.monotonic()

    def wait_for(self, place: "Place[Any]") -> Iterator[int]:
        """Yield how many are ahead of ``place`` until it is its turn."""
        waited = 0.0
        while True:
            told = time.monotonic()
            with self._changed:
                ahead = place.ahead
                if ahead == 0:
                    place.raise_if_cancelled()
                    return
            yield ahead
            with self._changed:
                while place.ahead == ahead:
                    place.raise_if_cancelled()
                    if waited > self.limits.queue_wait_seconds:
                        raise WaitedTooLong(self.limits.queue_wait_seconds, RETRY_AFTER_SECONDS)
                    if time.monotonic() - told > _NEWS_SECONDS:
                        break  # a caller who went away is noticed when something is yielded
                    start = time.monotonic()
                    self._changed.wait(_LOOK_SECONDS)
                    # The load of a cold engine is nobody's fault and counts against nobody.
                    served = place.carried or self.state == "loading"
                    waited += 0 if served else time.monotonic() - start

    def leave(self, place: "Place[Any]") -> None:
        """Let the next one in."""
        with self._changed:
            if place in self.places:
                self.places.remove(place)
                self.last_used = time.monotonic()
            self._changed.notify_all()

    def behind(self, place: "Place[Any]") -> "list[Place[Any]]":
        """Return those who wait after ``place``, in their order."""
        with self._changed:
            return list(islice(self.places, place.ahead + 1, None))

    def seen(self) -> occupancy.Lane:
        """Return how it looks from outside."""
        callers = len(self.places)
        idle = 0.0 if callers else time.monotonic() - self.last_used
        running = min(callers, 1)
        spec = self.spec
        return occupancy.Lane(
            spec.key, self.state, running, callers - running, spec.memory_bytes, idle
        )

    def take_out(self) -> object:
        """Return the engine, which is its taker's to close."""
        engine, self.engine, self.state = self.engine, None, "idle"
        return engine

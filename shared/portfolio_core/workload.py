"""Who works when: one bounded queue per engine, for the whole process.

Gradio's ``concurrency_id`` holds within one page only, and HTTP knows nothing of pages;
here all of them meet. The module loads an engine when its first caller's turn comes,
unloads it when nobody came for a while or when another needs the memory, and knows
nothing of what an engine does.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

from portfolio_core import hardware, settings
from portfolio_core.errors import (
    Cancelled,
    Draining,
    EngineAtWork,
    EngineFailed,
    MemoryBudgetExceeded,
    PortfolioError,
    QueueFull,
    WaitedTooLong,
    WorkTooLong,
)
from portfolio_core.occupancy import Fit, Lane, State

log = logging.getLogger(__name__)

E = TypeVar("E")
# How often a waiting caller looks up, and how often it says so although nothing has changed.
_LOOK_SECONDS = 0.1
_NEWS_SECONDS = 1.0
_RETRY_AFTER_SECONDS = 5
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


class Workload:
    """Admission for all engines of a process. Safe to use from many threads."""

    def __init__(self, configuration: settings.Settings, memory_bytes: int | None = None) -> None:
        """Take limits from ``configuration``; ``memory_bytes`` is for all engines together."""
        self.limits = configuration.limits
        self._idle_seconds = configuration.idle_unload_seconds
        self.memory_bytes = memory_bytes or hardware.detect(configuration).memory_bytes
        self._changed = threading.Condition()
        self._lanes: dict[str, _Lane] = {}
        self._draining = False
        self._sweeper: threading.Thread | None = None

    def enter(self, spec: EngineSpec[E]) -> "Place[E]":
        """Take a place in the queue of an engine; leave it by the end of a ``with`` block.

        Raises:
            QueueFull: as many wait as are let in.
            Draining: the process is on its way out.
        """
        with self._changed:
            if self._draining:
                raise Draining
            lane = self._lanes.setdefault(spec.key, _Lane(spec))
            waiting = len(lane.places) - 1
            if waiting >= self.limits.queue_waiting:
                raise QueueFull(len(lane.places), _RETRY_AFTER_SECONDS)
            place: Place[E] = Place(self, lane)
            lane.places.append(place)
            return place

    def drain(self) -> None:
        """Refuse new work from now on; what is in goes on."""
        with self._changed:
            self._draining = True

    def stop(self) -> None:
        """End all work at its next check; each caller is told that the process restarts."""
        with self._changed:
            self._draining = True
            for lane in self._lanes.values():
                for place in lane.places:
                    place.cancel(Draining())
            self._changed.notify_all()

    @property
    def running(self) -> int:
        """Pieces of work that run or wait now."""
        with self._changed:
            return sum(len(lane.places) for lane in self._lanes.values())

    def state(self, key: str) -> State:
        """Return what the engine named ``key`` is doing."""
        with self._changed:
            return self._lanes[key].state if key in self._lanes else "idle"

    @property
    def overdue_seconds(self) -> float:
        """How far any work is past its deadline; more than moments mean that it hangs."""
        with self._changed:
            deadlines = [place.deadline for lane in self._lanes.values() for place in lane.places]
        return max(0.0, time.monotonic() - min(deadlines, default=_NEVER))

    def lanes(self) -> list[Lane]:
        """Return every engine that was ever asked for."""
        with self._changed:
            return [lane.seen() for lane in self._lanes.values()]

    def fit(self, spec: EngineSpec[Any]) -> Fit:
        """Return whether there is memory for an engine now."""
        with self._changed:
            if spec.key in self._lanes and self._lanes[spec.key].state == "loaded":
                return "loaded"
            if spec.memory_bytes > self.memory_bytes:
                return "too_large"
            room = self.memory_bytes - sum(lane.spec.memory_bytes for lane in self._held())
            if spec.memory_bytes <= room:
                return "now"
            room += sum(lane.spec.memory_bytes for lane in self._idle_lanes())
            return "after_unloading" if spec.memory_bytes <= room else "not_while_others_work"

    def unload(self, key: str) -> None:
        """Unload one engine now; nothing happens where it is not loaded.

        Raises:
            EngineAtWork: somebody uses it or waits for it.
        """
        with self._changed:
            lane = self._lanes.get(key)
            if lane is None:
                return
            if lane.places:
                raise EngineAtWork(key, _RETRY_AFTER_SECONDS)
            if lane.state != "loaded":
                return
            engine = lane.take_out()
        _close(key, engine)

    def unload_idle(self, *, older_than_seconds: float = 0) -> None:
        """Unload each engine that nobody used for so long."""
        with self._changed:
            now = time.monotonic()
            idle = [
                lane for lane in self._idle_lanes() if now - lane.last_used >= older_than_seconds
            ]
            engines = [lane.take_out() for lane in idle]
        for lane, engine in zip(idle, engines, strict=True):
            _close(lane.spec.key, engine)

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
                        raise WaitedTooLong(self.limits.queue_wait_seconds, _RETRY_AFTER_SECONDS)
                    if time.monotonic() - told > _NEWS_SECONDS:
                        break  # a caller who went away is noticed when something is yielded
                    start = time.monotonic()
                    self._changed.wait(_LOOK_SECONDS)
                    # The load of a cold engine is nobody's fault and counts against nobody.
                    served = place.carried or place.lane.state == "loading"
                    waited += 0 if served else time.monotonic() - start

    def leave(self, place: "Place[Any]") -> None:
        """Let the next one in."""
        with self._changed:
            lane = place.lane
            if place in lane.places:
                lane.places.remove(place)
                lane.last_used = time.monotonic()
            self._changed.notify_all()

    def behind(self, place: "Place[Any]") -> "list[Place[Any]]":
        """Return those who wait after ``place``, in their order."""
        with self._changed:
            return list(islice(place.lane.places, place.ahead + 1, None))

    def load(self, lane: "_Lane") -> object:
        """Return the engine of a lane whose turn the caller has, loaded once."""
        # A caller may have gone away while his thread still loads: the next one waits for that.
        with lane.loading:
            return self._loaded(lane)

    def _loaded(self, lane: "_Lane") -> object:
        if lane.state != "loaded":
            self._make_room(lane)
            start = time.perf_counter()
            try:
                lane.engine = lane.spec.load()
            except BaseException as error:
                lane.state = "failed"
                if isinstance(error, PortfolioError) or not isinstance(error, Exception):
                    raise
                log.exception("engine %s could not be loaded", lane.spec.key)
                raise EngineFailed(lane.spec.key) from error
            lane.state = "loaded"
            log.info("engine %s loaded in %.2f s", lane.spec.key, time.perf_counter() - start)
            self._start_sweeping()
        return lane.engine

    def _make_room(self, lane: "_Lane") -> None:
        """Unload idle engines, least recently used first, until ``lane``'s fits, and reserve it."""
        while True:
            with self._changed:
                held = [other for other in self._held() if other is not lane]
                taken = sum(other.spec.memory_bytes for other in held)
                if taken + lane.spec.memory_bytes <= self.memory_bytes or not held:
                    lane.state = "loading"  # from here on its memory counts for the others
                    return
                idle = sorted(self._idle_lanes(), key=lambda other: other.last_used)
                if not idle:
                    raise MemoryBudgetExceeded(_RETRY_AFTER_SECONDS)
                engine = idle[0].take_out()
            _close(idle[0].spec.key, engine)

    def _held(self) -> "list[_Lane]":
        return [lane for lane in self._lanes.values() if lane.state in ("loaded", "loading")]

    def _idle_lanes(self) -> "list[_Lane]":
        return [lane for lane in self._lanes.values() if lane.state == "loaded" and not lane.places]

    def _start_sweeping(self) -> None:
        with self._changed:
            if self._sweeper is None:
                self._sweeper = threading.Thread(
                    target=self._sweep, name="workload-unloader", daemon=True
                )
                self._sweeper.start()

    def _sweep(self) -> None:
        while True:
            time.sleep(min(self._idle_seconds, 10))
            self.unload_idle(older_than_seconds=self._idle_seconds)


class Place(Generic[E]):
    """One caller's place: wait for the turn, get the engine, ask whether to go on."""

    def __init__(self, workload: Workload, lane: "_Lane") -> None:
        self._workload = workload
        self.lane = lane
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
        return self.lane.places.index(self) if self in self.lane.places else 0

    def waiting(self) -> Iterator[int]:
        """Yield how many are ahead, several times a second, until it is this caller's turn.

        Raises:
            WaitedTooLong: the turn did not come in time.
            Cancelled: :meth:`cancel` was called.
            Draining: the process cannot wait any longer.
        """
        return self._workload.wait_for(self)

    def engine(self) -> E:
        """Return the engine, loaded if need be. Call it when the turn has come.

        Raises:
            EngineFailed: it could not be loaded.
            MemoryBudgetExceeded: it does not fit beside those at work.
        """
        for _ in self.waiting():  # no wait at all when the caller has waited already
            pass
        engine = cast("E", self._workload.load(self.lane))
        if self.deadline == _NEVER:  # the load of a cold engine is not part of the work
            self.deadline = time.monotonic() + self._workload.limits.work_seconds
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
            raise WorkTooLong(self._workload.limits.work_seconds)

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
        return self._workload.behind(self)

    def leave(self) -> None:
        """Give the place up, and let the next one in."""
        self._workload.leave(self)

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


class _Lane:
    """One engine with its callers; the first of ``places`` is the one at work."""

    def __init__(self, spec: EngineSpec[Any]) -> None:
        self.spec = spec
        self.places: deque[Place[Any]] = deque()
        self.engine: object = None
        self.state: State = "idle"
        self.loading = threading.Lock()
        self.last_used = time.monotonic()

    def seen(self) -> Lane:
        callers = len(self.places)
        idle = 0.0 if callers else time.monotonic() - self.last_used
        running = min(callers, 1)
        spec = self.spec
        return Lane(spec.key, self.state, running, callers - running, spec.memory_bytes, idle)

    def take_out(self) -> object:
        engine, self.engine, self.state = self.engine, None, "idle"
        return engine


def _close(key: str, engine: object) -> None:
    close = getattr(engine, "close", None)
    try:
        if close is not None:
            close()
    except Exception:  # the engine is given up either way, and whoever is here did not ask for it
        log.exception("engine %s could not be closed", key)
    log.info("engine %s unloaded", key)


@cache
def process_wide() -> Workload:
    """Return the one workload of this process, made from its settings."""
    return Workload(settings.current())

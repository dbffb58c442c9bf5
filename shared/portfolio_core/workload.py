"""Who works when: one bounded queue per engine, for the whole process.

Gradio's ``concurrency_id`` holds within one page only, and HTTP knows nothing of pages;
here all of them meet. The module loads an engine when its first caller's turn comes,
unloads it when nobody came for a while or when another needs the memory, and knows
nothing of what an engine does.
"""

import logging
import threading
import time
from functools import cache
from typing import Any, TypeVar

from portfolio_core import hardware, occupancy, settings
from portfolio_core.errors import (
    Draining,
    EngineAtWork,
    EngineFailed,
    MemoryBudgetExceeded,
    PortfolioError,
    QueueFull,
)
from portfolio_core.occupancy import Fit, State
from portfolio_core.queues import RETRY_AFTER_SECONDS, EngineSpec, Place, Queue

__all__ = ["EngineSpec", "Place", "Workload", "process_wide"]

log = logging.getLogger(__name__)

E = TypeVar("E")
_NEVER = float("inf")


class Workload:
    """Admission for all engines of a process. Safe to use from many threads."""

    def __init__(self, configuration: settings.Settings, memory_bytes: int | None = None) -> None:
        """Take limits from ``configuration``; ``memory_bytes`` is for all engines together."""
        self.limits = configuration.limits
        self._idle_seconds = configuration.idle_unload_seconds
        self.memory_bytes = memory_bytes or hardware.detect(configuration).memory_bytes
        self._changed = threading.Condition()
        self._queues: dict[str, Queue] = {}
        self._draining = False
        self._sweeper: threading.Thread | None = None

    def enter(self, spec: EngineSpec[E]) -> Place[E]:
        """Take a place in the queue of an engine; leave it by the end of a ``with`` block.

        Raises:
            QueueFull: as many wait as are let in.
            Draining: the process is on its way out.
        """
        with self._changed:
            if self._draining:
                raise Draining
            queue = self._queues.setdefault(spec.key, Queue(spec, self.limits, self._changed))
            waiting = len(queue.places) - 1
            if waiting >= self.limits.queue_waiting:
                raise QueueFull(len(queue.places), RETRY_AFTER_SECONDS)
            place: Place[E] = Place(queue, self._load)
            queue.places.append(place)
            return place

    def drain(self) -> None:
        """Refuse new work from now on; what is in goes on."""
        with self._changed:
            self._draining = True

    def stop(self) -> None:
        """End all work at its next check; each caller is told that the process restarts."""
        with self._changed:
            self._draining = True
            for queue in self._queues.values():
                for place in queue.places:
                    place.cancel(Draining())
            self._changed.notify_all()

    @property
    def running(self) -> int:
        """Pieces of work that run or wait now."""
        with self._changed:
            return sum(len(queue.places) for queue in self._queues.values())

    def state(self, key: str) -> State:
        """Return what the engine named ``key`` is doing."""
        with self._changed:
            return self._queues[key].state if key in self._queues else "idle"

    @property
    def overdue_seconds(self) -> float:
        """How far any work is past its deadline; more than moments mean that it hangs."""
        with self._changed:
            places = [place for queue in self._queues.values() for place in queue.places]
        return max(
            0.0, time.monotonic() - min((place.deadline for place in places), default=_NEVER)
        )

    def lanes(self) -> list[occupancy.Lane]:
        """Return every engine that was ever asked for."""
        with self._changed:
            return [queue.seen() for queue in self._queues.values()]

    def fit(self, spec: EngineSpec[Any]) -> Fit:
        """Return whether there is memory for an engine now."""
        with self._changed:
            if spec.key in self._queues and self._queues[spec.key].state == "loaded":
                return "loaded"
            if spec.memory_bytes > self.memory_bytes:
                return "too_large"
            room = self.memory_bytes - sum(queue.spec.memory_bytes for queue in self._held())
            if spec.memory_bytes <= room:
                return "now"
            room += sum(queue.spec.memory_bytes for queue in self._idle_queues())
            return "after_unloading" if spec.memory_bytes <= room else "not_while_others_work"

    def unload(self, key: str) -> None:
        """Unload one engine now; nothing happens where it is not loaded.

        Raises:
            EngineAtWork: somebody uses it or waits for it.
        """
        with self._changed:
            queue = self._queues.get(key)
            if queue is None:
                return
            if queue.places:
                raise EngineAtWork(key, RETRY_AFTER_SECONDS)
            if queue.state != "loaded":
                return
            engine = queue.take_out()
        _close(key, engine)

    def unload_idle(self, *, older_than_seconds: float = 0) -> None:
        """Unload each engine that nobody used for so long."""
        with self._changed:
            now = time.monotonic()
            idle = [one for one in self._idle_queues() if now - one.last_used >= older_than_seconds]
            engines = [queue.take_out() for queue in idle]
        for queue, engine in zip(idle, engines, strict=True):
            _close(queue.spec.key, engine)

    def _load(self, queue: Queue) -> object:
        """Return the engine of a queue whose turn the caller has, loaded once."""
        # A caller may have gone away while his thread still loads: the next one waits for that.
        with queue.loading:
            return self._loaded(queue)

    def _loaded(self, queue: Queue) -> object:
        if queue.state != "loaded":
            self._make_room(queue)
            start = time.perf_counter()
            try:
                queue.engine = queue.spec.load()
            except BaseException as error:
                queue.state = "failed"
                if isinstance(error, PortfolioError) or not isinstance(error, Exception):
                    raise
                log.exception("engine %s could not be loaded", queue.spec.key)
                raise EngineFailed(queue.spec.key) from error
            queue.state = "loaded"
            log.info("engine %s loaded in %.2f s", queue.spec.key, time.perf_counter() - start)
            self._start_sweeping()
        return queue.engine

    def _make_room(self, queue: Queue) -> None:
        """Unload idle engines, least recently used first, until that of ``queue`` fits; reserve."""
        while True:
            with self._changed:
                held = [other for other in self._held() if other is not queue]
                taken = sum(other.spec.memory_bytes for other in held)
                if taken + queue.spec.memory_bytes <= self.memory_bytes or not held:
                    queue.state = "loading"  # from here on its memory counts for the others
                    return
                idle = sorted(self._idle_queues(), key=lambda other: other.last_used)
                if not idle:
                    raise MemoryBudgetExceeded(RETRY_AFTER_SECONDS)
                engine = idle[0].take_out()
            _close(idle[0].spec.key, engine)

    def _held(self) -> list[Queue]:
        return [one for one in self._queues.values() if one.state in ("loaded", "loading")]

    def _idle_queues(self) -> list[Queue]:
        return [one for one in self._queues.values() if one.state == "loaded" and not one.places]

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

"""What is measured of a busy server, and what must hold."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from deploying.table import aligned

MEBIBYTE = 2**20
_SERVED, _BUSY, _STOPPING, _LATE = 200, 429, 503, 504
_REFUSED = (_BUSY, _STOPPING, _LATE)
_MEMORY_BACK_WITHIN = 1.05


@dataclass(frozen=True)
class Answer:
    """What came of one request.

    Attributes:
        path: Its route.
        status: 0 where the connection was cut.
        seconds: From the first byte sent to the last received.
        retry_after: What the header says; empty where there is none.
    """

    path: str
    status: int
    seconds: float
    retry_after: str


@dataclass(frozen=True)
class Load:
    """One run.

    Attributes:
        sent: Requests that the users sent.
        answers: What came of them.
        counted: Requests that the server says it has answered.
        waiting: Most callers that waited for one engine, whenever it was looked.
        waiting_limit: Most that may.
        warm_bytes: Memory of the server with everything loaded, before the users came.
        after_bytes: The same after they were gone.
    """

    sent: int
    answers: Sequence[Answer]
    counted: int
    waiting: int
    waiting_limit: int
    warm_bytes: int
    after_bytes: int

    @property
    def served(self) -> list[Answer]:
        """Requests that got what they asked for."""
        return [one for one in self.answers if one.status == _SERVED]

    @property
    def refused(self) -> list[Answer]:
        """Requests that were told to come again."""
        return [one for one in self.answers if one.status in _REFUSED]


def faults(load: Load) -> list[str]:
    """Return a sentence for each thing that should not be."""
    cut = [one for one in load.answers if not one.status]
    odd = {one.status for one in load.answers} - {0, _SERVED, *_REFUSED}
    unkind = [one for one in load.refused if not one.retry_after.isdigit()]
    never = {one.path for one in load.answers} - {one.path for one in load.served}
    most = load.warm_bytes * _MEMORY_BACK_WITHIN
    found = {
        f"{load.sent - len(load.answers)} requests have no answer": load.sent - len(load.answers),
        f"{len(cut)} connections were cut": cut,
        f"the server has counted {load.counted} of {load.sent}": load.counted - load.sent,
        f"answers have the status {sorted(odd)}": odd,
        f"{len(unkind)} refusals do not say when to come again": unkind,
        f"nothing was served of {sorted(never)}": never,
        f"{load.waiting} waited for one engine, not {load.waiting_limit}": (
            load.waiting > load.waiting_limit or not load.waiting_limit
        ),
        "memory did not come back": load.after_bytes > most,
    }
    return [sentence for sentence, wrong in found.items() if wrong]


def report(load: Load) -> str:
    """Return the figures as lines for a terminal."""
    paths = sorted({one.path for one in load.answers})
    rows: list[tuple[str, ...]] = [("", "sent", "served", "refused", "late", "p50", "p95")]
    rows += [_row(path, [one for one in load.answers if one.path == path]) for path in paths]
    rows.append(_row("all", load.answers))
    warm, after = (f"{size / MEBIBYTE:.0f} MiB" for size in (load.warm_bytes, load.after_bytes))
    change = load.after_bytes / load.warm_bytes - 1
    waiting = f"Waiting for one engine: at most {load.waiting} of {load.waiting_limit}."
    return f"{aligned(rows)}\n{waiting}\nMemory: {warm} before, {after} after ({change:+.1%})."


def _row(name: str, answers: Sequence[Answer]) -> tuple[str, ...]:
    """Return counts, and the times of those that were served."""
    seconds = [one.seconds for one in answers if one.status == _SERVED]
    refused = sum(one.status in (_BUSY, _STOPPING) for one in answers)
    late = sum(one.status == _LATE for one in answers)
    p50, p95 = ("-", "-")
    if len(seconds) > 1:
        cuts = statistics.quantiles(seconds, n=20, method="inclusive")
        p50, p95 = f"{cuts[9]:.2f} s", f"{cuts[18]:.2f} s"
    return name, str(len(answers)), str(len(seconds)), str(refused), str(late), p50, p95

"""What is measured of the model server: what its layers cost a call, and what callers gain.

All sides are in one process and call the same engine: bare, behind one bare FastAPI route with a
lock, and behind the server. The bare route has none of what the server adds: no queue with a
bound, no deadline, no look whether the caller is still there, no limits, no recipe.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import child  # type: ignore[import-not-found]  # noqa: E402  stands beside this file

TEXT = "The pump draws water from the lake through a filter."
PICTURE = HERE.parents[1] / "spaces" / "ronald-classifier" / "examples" / "1-figure.jpg"
PROGRAM = "one_engine.py"
OURS, BARE_ROUTE = 0, 1
CALLS = 60
CROWDS = 5
CALLERS = 16
PICTURES = 8
MOST_OVER_MILLISECONDS = 5.0


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    over = {"over": MOST_OVER_MILLISECONDS, "pairs": CALLS}
    ours, plain = (partial(_call, side) for side in (OURS, BARE_ROUTE))
    crowd, plain_crowd = (partial(_crowd, side) for side in (OURS, BARE_ROUTE))
    return [
        comparison("one call, over the bare engine", "ms", ours, _bare, **over),
        comparison("one call, over a bare route", "ms", ours, plain, **over),
        comparison(f"{CALLERS} callers at once", "ms", crowd, plain_crowd, pairs=CROWDS),
        comparison(
            f"{PICTURES} pictures at once / in turn",
            "ms",
            partial(_classified, PICTURES),
            partial(_classified, 1),
            pairs=CROWDS,
        ),
    ]


def _bare() -> float:
    """Return the time of a call of the engine, in ms."""
    return child.figures(PROGRAM, line="bare")[0]


def _call(side: int) -> float:
    """Return the time of a call over HTTP, in ms."""
    client, begin = _client(side), time.perf_counter()
    _ask(client)
    return (time.perf_counter() - begin) * 1000


def _crowd(side: int) -> float:
    """Return the time from one text each of many callers to the last answer, in ms."""
    client, begin = _client(side), time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as pool:
        for asked in [pool.submit(_ask, client) for _ in range(CALLERS)]:
            asked.result()
    return (time.perf_counter() - begin) * 1000


def _classified(callers: int) -> float:
    """Return the time until all pictures are classified, in ms; each caller sends one at a time."""
    client, begin = _client(OURS), time.perf_counter()
    with ThreadPoolExecutor(callers) as pool:
        for asked in [pool.submit(_classify, client) for _ in range(PICTURES)]:
            asked.result()
    return (time.perf_counter() - begin) * 1000


def _classify(client: httpx.Client) -> None:
    client.post("/v1/classify", files={"image": PICTURE.read_bytes()}).raise_for_status()


def _ask(client: httpx.Client) -> None:
    client.post("/v1/embeddings", json={"input": [TEXT]}).raise_for_status()


@cache
def _client(side: int) -> httpx.Client:
    port = int(child.figures(PROGRAM, line="ports")[side])
    return httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120)

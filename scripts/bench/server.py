"""What is measured of the model server: what its layers cost a call, and what callers gain.

The plain side is the same engine, called bare or behind one bare FastAPI route with a lock. The
route has none of what the server adds: no queue with a bound, no deadline, no look whether the
caller is still there, no limits, no recipe.
"""

from __future__ import annotations

import atexit
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import servers  # noqa: E402  stands in scripts/

TEXT = "The pump draws water from the lake through a filter."
CALLS = 60
CALLERS = 16
MOST_OVER_MILLISECONDS = 5.0
_running = contextlib.ExitStack()
atexit.register(_running.close)


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    ours, plain = partial(_median, _ours), partial(_median, _plain)
    return [
        comparison(
            "one call, over the bare engine", "ms", ours, _bare, over=MOST_OVER_MILLISECONDS
        ),
        comparison("one call, over a bare route", "ms", ours, plain, over=MOST_OVER_MILLISECONDS),
        comparison(
            f"{CALLERS} callers at once", "ms", partial(_crowd, _ours), partial(_crowd, _plain)
        ),
    ]


def _median(client: Callable[[], httpx.Client]) -> float:
    """Return the median time of a call, in ms."""
    return _timed(partial(_ask, client()))


def _bare() -> float:
    engine = _engine()
    return _timed(lambda: engine.passages([TEXT]))


def _timed(call: Callable[[], object]) -> float:
    times = []
    for _ in range(CALLS):
        begin = time.perf_counter()
        call()
        times.append(time.perf_counter() - begin)
    return statistics.median(times) * 1000


def _crowd(client: Callable[[], httpx.Client]) -> float:
    """Return the time from one text each of many callers to the last answer, in ms."""
    begin = time.perf_counter()
    with ThreadPoolExecutor(CALLERS) as pool:
        for asked in [pool.submit(_ask, client()) for _ in range(CALLERS)]:
            asked.result()
    return (time.perf_counter() - begin) * 1000


def _ask(client: httpx.Client) -> None:
    client.post("/v1/embeddings", json={"input": [TEXT]}).raise_for_status()


@cache
def _engine() -> Any:  # noqa: ANN401 - one of the product's engines
    from portfolio_core import catalog
    from portfolio_core.provision import Provision
    from portfolio_core.settings import current

    return Provision(current()).spec(catalog.by_key("minilm-l6-v2")).load()


@cache
def _ours() -> httpx.Client:
    no_spaces = _running.enter_context(tempfile.TemporaryDirectory())
    return _client([sys.executable, "-P", "-m", "portfolio_server", no_spaces])


@cache
def _plain() -> httpx.Client:
    return _client([sys.executable, "-P", str(HERE / "plain_route.py")])


def _client(command: list[str]) -> httpx.Client:
    address, _, _ = _running.enter_context(servers.started(command, "/readyz"))
    return _running.enter_context(httpx.Client(base_url=address, timeout=120))

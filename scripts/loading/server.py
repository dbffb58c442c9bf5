"""What is asked of the server besides: its figures, its memory, and that all of it is loaded."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import httpx
import psutil
from prometheus_client.parser import text_string_to_metric_families

from loading import calls

_LOOK_SECONDS = 0.25
_REST_SECONDS = 15.0


def figures(client: httpx.Client) -> Iterator[tuple[str, dict[str, str], float]]:
    """Yield name, labels and value of each figure at ``/metrics``."""
    told = client.get("/metrics").raise_for_status().text
    for family in text_string_to_metric_families(told):
        for sample in family.samples:
            yield sample.name, sample.labels, sample.value


def answered(client: httpx.Client) -> int:
    """Return how many requests for work the server has answered."""
    found = figures(client)
    return sum(
        int(value)
        for name, labels, value in found
        if name == "portfolio_requests_total" and labels["method"] == "POST"
    )


def memory_at_rest(client: httpx.Client, pid: int) -> int:
    """Return the resident memory of a process and all that it has started, in bytes.

    Threads that nobody needs end after some seconds, at the next request; that is waited for.
    """
    end, least = time.monotonic() + _REST_SECONDS, sys.maxsize
    while time.monotonic() < end:
        answered(client)
        process = psutil.Process(pid)
        tree = [process, *process.children(recursive=True)]
        least = min(least, sum(one.memory_info().rss for one in tree))
        time.sleep(1)
    return least


def index(client: httpx.Client) -> str:
    """Give the server the documents that are asked; return their id."""
    name = calls.GUIDE.name
    told = client.post("/v1/rag/index", files={"files": (name, calls.GUIDE.read_bytes())})
    return str(told.raise_for_status().json()["index_id"])


class Watch(threading.Thread):
    """Looks how many wait for one engine, several times a second, for the time of a block."""

    def __init__(self, client: httpx.Client) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self.limit = 0
        self._client = client
        self._over = threading.Event()

    def run(self) -> None:
        """Look until the block ends."""
        while not self._over.wait(_LOOK_SECONDS):
            for name, _, value in figures(self._client):
                if name == "portfolio_queue_waiting":
                    self.most = max(self.most, int(value))
                if name == "portfolio_queue_waiting_limit":
                    self.limit = int(value)

    def __enter__(self) -> Self:
        """Begin."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End."""
        self._over.set()
        self.join()

"""ZeroGPU: work that borrows a GPU of the Hub for as long as it says that it will take.

This is the only place that imports the package ``spaces``. Where ZeroGPU is not, as on any other
machine, the work runs as it stands. Where it is, the work runs in a forked process: what it is
asked and what it yields are pickled, and the engine is found there by its key. Where the settings
keep models off the GPU, none is borrowed.
"""

import asyncio
import math
import socket
import weakref
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import gradio as gr

from portfolio_core.errors import PortfolioError
from portfolio_core.settings import on_hub_space

try:
    # By name: where the package is missing, a folder called ``spaces`` may stand in its place.
    from spaces import GPU  # type: ignore[attr-defined]  # mypy sees that folder, too
except ImportError:
    GPU = None

A = TypeVar("A")
T = TypeVar("T")

# What is declared is held against the visitor's quota, but only what was used is charged; work
# that takes longer than it declared may be cut off.
_MARGIN = 1.5
_LEAST_SECONDS = 10  # moving the weights is part of it
_MOST_SECONDS = 120

# Not kept alive here: the workload unloads them.
_engines: "weakref.WeakValueDictionary[str, Any]" = weakref.WeakValueDictionary()


@dataclass(frozen=True)
class _Failed:
    """A typed error on its way out of the other process, which would make it a text."""

    kind: type[PortfolioError]
    fields: dict[str, str | int | float]

    def error(self) -> PortfolioError:
        """Return the error again."""
        made = self.kind.__new__(self.kind)
        PortfolioError.__init__(made, **self.fields)
        return made


def announce() -> None:
    """Let ZeroGPU know that all work was declared, where pages are mounted and none is launched.

    It waits for the first launch of a page, and ends a Space that makes none. An empty page, out
    of reach for everybody else, is launched and closed again.
    """
    if not (GPU and on_hub_space()):
        return
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    asyncio.run(_launch_and_close(port))


async def _launch_and_close(port: int) -> None:
    """Launch an empty page where an event loop runs; elsewhere Gradio opens some, closes none."""
    with gr.Blocks(analytics_enabled=False) as page:
        pass
    page.launch(
        server_name="127.0.0.1",
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        ssr_mode=False,
    )
    page.close(verbose=False)


class OnGpu(Generic[A, T]):
    """Work on a GPU that may have to be borrowed. Make it while the page is built.

    ZeroGPU refuses to start a Space in which it has seen no such work by then.
    """

    def __init__(
        self,
        work: Callable[[Any, A], Iterator[T]],
        seconds: Callable[[str, A], float],
        *,
        borrows: bool = True,
    ) -> None:
        """Prepare ``work(engine, asked)``.

        Args:
            work: What is done.
            seconds: How long it should take, by the engine's key and what it is asked.
            borrows: Whether it takes a GPU at all; where not, it is declared nevertheless.
        """

        def task(key: str, asked: A) -> Generator[T | _Failed, None, None]:
            try:
                yield from work(_engines[key], asked)
            except PortfolioError as error:
                yield _Failed(type(error), error.fields)

        def duration(key: str, asked: A) -> int:
            needed = math.ceil(_MARGIN * seconds(key, asked))
            return min(max(needed, _LEAST_SECONDS), _MOST_SECONDS)

        declared = GPU(duration=duration)(task) if GPU else task
        self._task: Callable[[str, A], Generator[T | _Failed, None, None]] = (
            declared if borrows else task
        )

    def __call__(self, key: str, engine: object, asked: A) -> Generator[T, None, None]:
        """Yield what the work yields, raise what it raises; whoever stops ends it.

        Args:
            key: Of the engine, the same for the same engine.
            engine: What works.
            asked: What it is asked.
        """
        _engines[key] = engine
        with closing(self._task(key, asked)) as work:
            for item in work:
                if isinstance(item, _Failed):
                    raise item.error()
                yield item

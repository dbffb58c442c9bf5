"""What is measured of rag-chat: embedding, indexing, searching, memory, writing an answer.

The vectors that are searched are made up, in topics and parts of topics as those of texts
are: their number decides, not their content. A search counts only where it finds at least
95 % of the ten nearest.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import plain_rag  # type: ignore[import-not-found]  # noqa: E402  stands beside this file
import qwen_real  # type: ignore[import-not-found]  # noqa: E402  likewise

DIMENSION = 384
SIZES = (1_000, 100_000, 1_000_000)
QUESTIONS = 100
LEAST_RECALL = 0.95
_SAMPLE = 128  # passages whose embedding is measured alone
_SENTENCE = (
    "the pump draws water from lake through filter and valve opens when pressure falls "
    "below limit that operator has set so engine stops before bearing gets hot"
)


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    text = _text()
    return [
        comparison(
            "Embed 128 passages of 128 tokens",
            "s",
            lambda: _seconds(lambda: _engine().passages(_tokens_128())),
            lambda: _seconds(lambda: plain_rag.embed(_plain(), _tokens_128())),
            1 / 1.5,
        ),
        comparison(
            "Index 1,000 passages",
            "s",
            lambda: _seconds(lambda: _indexed(text)),
            lambda: _seconds(lambda: plain_rag.index(_plain(), text)),
            1 / 1.5,
        ),
        comparison(
            "Most memory while indexing",
            "bytes",
            lambda: _memory([str(Path(__file__).resolve())], text),
            lambda: _memory([str(HERE / "plain_rag.py")], text),
        ),
        *(_search(comparison, size) for size in SIZES),
        *qwen_real.comparisons(comparison),
    ]


def _search(comparison: Callable[..., Any], size: int) -> Any:  # noqa: ANN401
    from portfolio_core.engines.rag import nearest

    return comparison(
        f"Search {size:,} vectors, median",
        "ms",
        lambda: _milliseconds(lambda one: nearest.search(_near(size), one, 10)[0], size),
        lambda: _milliseconds(lambda one: _flat(size).search(one, 10)[1][0], size),
        0.1 if size > nearest.FLAT_MOST else None,
    )


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _milliseconds(find: Callable[[Any], Any], size: int) -> float:
    """Return the median time of a search, or fail where it finds too little."""
    exact = _exact(size)
    times, hits = [], 0
    for number in range(QUESTIONS):
        begin = time.perf_counter()
        rows = find(_questions(size)[number : number + 1])
        times.append(time.perf_counter() - begin)
        hits += len(set(rows.tolist()) & set(exact[number].tolist()))
    found = hits / (10 * QUESTIONS)
    if found < LEAST_RECALL:
        raise RuntimeError(f"only {found:.3f} of the ten nearest of {size:,} were found")
    return 1000 * statistics.median(times)


@cache
def _vectors(size: int) -> Any:  # noqa: ANN401
    import numpy as np

    source = np.random.default_rng(0)
    topics = source.standard_normal((max(20, size // 2000), DIMENSION), np.float32)
    parts = source.standard_normal((max(200, size // 50), DIMENSION), np.float32)
    part = source.integers(len(parts), size=size)
    made = topics[part % len(topics)]
    made += 0.7 * parts[part]
    for start in range(0, size, 50_000):  # a million at once would double the memory
        piece = made[start : start + 50_000]
        piece += 0.8 * source.standard_normal(piece.shape, np.float32)
        piece /= np.linalg.norm(piece, axis=1, keepdims=True)
    return made


@cache
def _questions(size: int) -> Any:  # noqa: ANN401
    import numpy as np

    source = np.random.default_rng(1)
    near = _vectors(size)[source.integers(size, size=QUESTIONS)]
    made = near + 0.7 * source.standard_normal(near.shape, np.float32) / np.sqrt(DIMENSION)
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@cache
def _flat(size: int) -> Any:  # noqa: ANN401
    return plain_rag.flat(_vectors(size))


@cache
def _exact(size: int) -> Any:  # noqa: ANN401
    return _flat(size).search(_questions(size), 10)[1]


@cache
def _near(size: int) -> Any:  # noqa: ANN401
    from portfolio_core.engines.rag import nearest

    begin = time.perf_counter()
    index = nearest.built(_vectors(size))
    kind = type(index).__name__
    cells = f", {index.nprobe} of {index.nlist} cells" if hasattr(index, "nprobe") else ""
    print(f"  {size:,}: {kind}{cells}, built in {time.perf_counter() - begin:.1f} s")
    return index


@cache
def _plain() -> Any:  # noqa: ANN401
    return plain_rag.load()


@cache
def _engine() -> Any:  # noqa: ANN401
    from portfolio_core import hardware, settings
    from portfolio_core.engines.embeddings.minilm import MiniLmEngine

    return MiniLmEngine.load(None, hardware.detect(settings.current()))


def _indexed(text: str) -> object:
    from portfolio_core.engines.rag.indexing import indexed
    from portfolio_core.media.documents import Document, DocumentPage
    from portfolio_core.settings import Limits

    document = Document("manual", "txt", (DocumentPage(1, text),))
    return indexed(document, _engine(), Limits())[0]


def _text() -> str:
    """Return a text of a thousand passages."""
    import random

    source = random.Random(0)  # noqa: S311  the same text in each run
    words = _SENTENCE.split()
    paragraphs = (" ".join(source.choices(words, k=source.randint(60, 125))) for _ in range(1000))
    return "\n\n".join(paragraph.capitalize() + "." for paragraph in paragraphs)


@cache
def _tokens_128() -> list[str]:
    import random

    source = random.Random(1)  # noqa: S311
    return [" ".join(source.choices(_SENTENCE.split(), k=126)) for _ in range(_SAMPLE)]


def _memory(command: list[str], text: str) -> float:
    done = subprocess.run(
        [sys.executable, *command], input=text, check=True, capture_output=True, text=True
    )
    return float(done.stdout.split()[-1])


if __name__ == "__main__":
    _indexed(sys.stdin.read())
    print(1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)

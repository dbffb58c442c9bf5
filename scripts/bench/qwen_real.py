"""Qwen3-0.6B at its real size: the first token of a reply, each further one, and the memory.

qwen_real.py FOLDER TOKENS    our side: for each line of standard input, prints the seconds to
                              the first token, the seconds of each further one (the median), the
                              most bytes the process has held, and the bytes of weights that one
                              token needs

The weights are random, see qwen_weights.py: no figure depends on what they are. The first token
is one pass over a prompt of 512 tokens, so 512 by its seconds are the tokens read in a second.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
import child  # type: ignore[import-not-found]

PROMPT_TOKENS = 512  # a question with one or two passages
TOKENS = 24
SHARE_OF_BANDWIDTH = 0.6
TEXT = ("What do the passages say of the river? " * 20)[: PROMPT_TOKENS - 20]


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    return [
        comparison(
            f"Qwen3-0.6B, {PROMPT_TOKENS} tokens to the first",
            "s",
            lambda: _ask("qwen_real.py").first,
            lambda: _ask("plain_qwen.py").first,
            most=1 / 3,
        ),
        comparison(
            "Qwen3-0.6B, each further token",
            "s",
            lambda: _ask("qwen_real.py").further,
            lambda: _ask("plain_qwen.py").further,
            most=1 / 3,
        ),
        comparison(
            "The same, plain = reading the weights",
            "s",
            lambda: _ask("qwen_real.py").further,
            lambda: _ask("qwen_real.py").weights / _bandwidth(),
            most=1 / SHARE_OF_BANDWIDTH,
        ),
        comparison(
            "Most memory, loading and replying",
            "bytes",
            lambda: _ask("qwen_real.py").memory,
            lambda: _ask("plain_qwen.py").memory,
        ),
    ]


class Figures(NamedTuple):
    """What a side prints, in its order.

    Attributes:
        first: Seconds to the first token.
        further: Seconds of each further one, the median.
        memory: The most bytes that the process has held.
        weights: Bytes of the weights that one token needs; 0 from the plain side.
    """

    first: float
    further: float
    memory: float
    weights: float = 0


def _bandwidth() -> float:
    """Return the bytes that all threads together read in a second: the best sum of many."""
    import torch

    from portfolio_core import hardware, settings

    torch.set_num_threads(hardware.detect(settings.current()).threads)
    numbers = _numbers()
    times = []
    for _ in range(10):
        start = time.perf_counter()
        numbers.sum()
        times.append(time.perf_counter() - start)
    return float(numbers.nbytes / min(times))


@cache
def _numbers() -> Any:  # noqa: ANN401 - a tensor; torch is imported late
    """Return more numbers than any cache holds."""
    import torch

    return torch.ones(2**27)


def _ask(side: str) -> Figures:
    """Let one side reply and return the figures that it prints."""
    return Figures(*child.figures(side, child.folder("qwen_weights.py"), str(TOKENS), line=TEXT))


def _noting(times: list[float]) -> Callable[[], None]:
    return lambda: times.append(time.perf_counter())


def main(folder: str, tokens: int) -> None:
    """Run our side."""
    from portfolio_core import hardware, settings
    from portfolio_core.engines.chat import ChatRequest, Message
    from portfolio_core.engines.chat.qwen import QwenChat

    engine = QwenChat.load(Path(folder), hardware.detect(settings.current()))
    for line in sys.stdin:
        # It is asked before each part of the prompt and each token, so the last calls are tokens.
        asks: list[float] = []
        start = time.perf_counter()
        wanted = ChatRequest((Message("user", line.strip()),), tokens, seed=1)
        *_, last = engine.stream(wanted, _noting(asks))
        end = time.perf_counter()
        if last.end is None or last.end.reply_tokens < tokens:
            raise RuntimeError("the reply ended early")
        times = [*asks[1 - tokens :], end]
        further = statistics.median(b - a for a, b in itertools.pairwise(times))
        status = Path("/proc/self/status").read_text()
        peak = 1024 * int(status.split("VmHWM:")[1].split()[0])
        print(times[0] - start, further, peak, _weights(engine), flush=True)


def _weights(engine: Any) -> int:  # noqa: ANN401 - our engine
    """Return the bytes of all matrices that a token is multiplied by."""
    layers = [layer for layer in engine._model.modules() if hasattr(layer, "in_features")]  # noqa: SLF001
    return sum(layer.weight.numel() * layer.weight.itemsize for layer in layers)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

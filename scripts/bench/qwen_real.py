"""Qwen3-0.6B at its real size: the time to the first token of a reply, and of each further one.

qwen_real.py FOLDER TOKENS    our side: for each line of standard input, prints the seconds to
                              the first token and the seconds of each further one

The weights are random, see qwen_weights.py: neither figure depends on what they are.
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PROMPT_TOKENS = 512  # a question with one or two passages
TOKENS = 16
TEXT = ("What do the passages say of the river? " * 20)[: PROMPT_TOKENS - 20]


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    return [
        comparison(
            f"Qwen3-0.6B, {PROMPT_TOKENS} tokens to the first",
            "s",
            lambda: _ask("qwen_real.py")[0],
            lambda: _ask("plain_qwen.py")[0],
            most=1 / 1.5,
        ),
        comparison(
            "Qwen3-0.6B, each further token",
            "s",
            lambda: _ask("qwen_real.py")[1],
            lambda: _ask("plain_qwen.py")[1],
        ),
    ]


def _ask(side: str) -> list[float]:
    """Let one side reply and return the figures that it prints."""
    child = _started(side)
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("the child has no pipes")
    child.stdin.write(TEXT + "\n")
    child.stdin.flush()
    return [float(figure) for figure in child.stdout.readline().split()]


@cache
def _started(side: str) -> subprocess.Popen[str]:
    """Start a side, once: loading is measured elsewhere."""
    child = subprocess.Popen(
        [sys.executable, str(HERE / side), _folder(), str(TOKENS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(child.kill)
    return child


@cache
def _folder() -> str:
    folder = tempfile.TemporaryDirectory(prefix="qwen-bench-")
    atexit.register(folder.cleanup)
    subprocess.run([sys.executable, str(HERE / "qwen_weights.py"), folder.name], check=True)
    return folder.name


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
        first = asks[-(tokens - 1)]
        print(first - start, (end - first) / (tokens - 1), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

"""The Space rag-chat with a writer that takes its time and prints what it does."""

import runpy
import time
from pathlib import Path

from portfolio_core.engines.rag.extractive import ExtractiveWriter

PIECE_SECONDS = 0.1
_write = ExtractiveWriter.write


def _slowly(writer, *asked):
    for sentence in _write(writer, *asked):
        for start in range(0, len(sentence), 2):
            time.sleep(PIECE_SECONDS)
            print("written", flush=True)
            yield sentence[start : start + 2]


if __name__ == "__main__":
    ExtractiveWriter.write = _slowly
    root = Path(__file__).resolve().parents[2]
    runpy.run_path(str(root / "spaces" / "rag-chat" / "app.py"), run_name="__main__")

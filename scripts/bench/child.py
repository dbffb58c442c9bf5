"""A program that stays and answers lines with figures: one side of a measurement.

Such a program is a file of this folder. It loads what it measures, and then prints a line of
numbers for each line of its standard input.
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent


def figures(file: str, *arguments: str, line: str) -> list[float]:
    """Give a line to the program ``file`` and return the figures that it prints.

    It is started at its first line, once for the same arguments: loading is measured elsewhere.
    """
    child = _started(file, *arguments)
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("the child has no pipes")
    child.stdin.write(line + "\n")
    child.stdin.flush()
    return [float(figure) for figure in child.stdout.readline().split()]


@cache
def folder(writer: str) -> str:
    """Let the program ``writer`` fill a folder, once, and return its name; it goes when we do."""
    made = tempfile.TemporaryDirectory(prefix="bench-")
    atexit.register(made.cleanup)
    subprocess.run([sys.executable, "-W", "ignore", str(HERE / writer), made.name], check=True)
    return made.name


@cache
def _started(file: str, *arguments: str) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, str(HERE / file), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(child.kill)
    return child

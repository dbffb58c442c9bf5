"""Check everything that needs no running: lint, format, types, import rules, pins.

python3 scripts/check.py        all checks, each with its time
python3 scripts/check.py --fix  format, and repair what lint can repair
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import environment
from environment import ROOT, Problem

# The pages and the scripts are programs of their own, several under one name (app.py), so
# mypy reads them one by one. Strictness ends where Gradio's own untyped parts are called.
_PROGRAM_FLAGS = (
    "--allow-untyped-calls",
    "--allow-any-generics",
    "--no-warn-return-any",
    "--follow-imports=silent",
    "--cache-dir=.mypy_cache/programs",  # under other flags the cache of shared is worth nothing
)

# It has no module to run with -m, and its own start file breaks in a folder with a long name.
_LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


@dataclass(frozen=True)
class Check:
    """One line of the report."""

    name: str
    commands: tuple[tuple[str, ...], ...]


def main() -> int:
    """Run all checks, also after one has failed."""
    parser = argparse.ArgumentParser(prog="check.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--fix", action="store_true", help="format and repair instead")
    options = parser.parse_args()
    environment.require_inside()
    if importlib.util.find_spec("importlinter") is None:
        raise Problem("The tools are not installed yet: run python3 scripts/test.py once.")
    failed = [check.name for check in (fixes() if options.fix else checks()) if not _passes(check)]
    if failed:
        print(f"{len(failed)} failed: {', '.join(failed)}.")
    return 1 if failed else 0


def fixes() -> list[Check]:
    """Return what repairs; a finding that only a person can repair still fails."""
    return [
        Check("repair", (_tool("ruff", "check", "--fix", "--quiet", "."),)),
        Check("format", (_tool("ruff", "format", "--quiet", "."),)),
    ]


def checks() -> list[Check]:
    """Return all checks, the quick ones first."""
    here = os.path.relpath
    programs = tuple(
        _tool("mypy", *_PROGRAM_FLAGS, "--no-error-summary", here(path, ROOT))
        for path in sorted(_programs(ROOT))
    )
    return [
        Check("lint", (_tool("ruff", "check", "--quiet", "--output-format=concise", "."),)),
        Check("format", (_tool("ruff", "format", "--check", "--quiet", "."),)),
        Check("types of shared", (_tool("mypy", "--no-error-summary"),)),
        Check("types of pages and scripts", programs),
        Check("import rules", ((sys.executable, "-P", "-c", _LINT_IMPORTS, "--no-logo"),)),
        Check("pins", ((sys.executable, "scripts/constraints.py", "--check"),)),
    ]


def _programs(root: Path) -> Iterator[Path]:
    yield from root.glob("spaces/*/app.py")
    yield root / "deploy" / "ray" / "app.py"
    yield from root.glob("scripts/**/*.py")


def _tool(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)


def _passes(check: Check) -> bool:
    """Run one check and print its line, and what its tools said where they complain."""
    start = time.monotonic()
    outputs = []
    for command in check.commands:
        variables = {**os.environ, "MYPYPATH": "shared:scripts"}
        done = subprocess.run(
            command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            outputs.append(done.stdout + done.stderr)
    word = "FAILED" if outputs else "passed"
    print(f"{check.name:<28}{word}  {time.monotonic() - start:5.1f} s", flush=True)
    for output in filter(None, map(str.rstrip, outputs)):
        print(output, flush=True)
    return not outputs


if __name__ == "__main__":
    environment.run(main)

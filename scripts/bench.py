"""Measure a Space against plain code that does the same, in one run, in turn.

    python3 scripts/bench.py kokoro-tts            all comparisons of the Space
    python3 scripts/bench.py kokoro-tts --runs 9   more often
    python3 scripts/bench.py server                the model server against a bare route

The plain side is what a good engineer would write first with the plain library; its file
stands in scripts/bench/ and uses none of our code. Both sides run A B A B, after one warm-up
each; the ratio is taken pair by pair, so a machine whose speed drifts does no harm.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass

import environment
from environment import ROOT, Problem

MEBIBYTE = 2**20


@dataclass(frozen=True)
class Comparison:
    """Two ways to the same end.

    Attributes:
        name: What is measured.
        unit: Of both figures.
        ours: Runs our side once and returns its figure.
        plain: Runs the plain side once and returns its figure.
        most: The ratio ours / plain that must not be exceeded; none where there is no target.
        over: What ours may take beyond plain, in ``unit``; likewise.
        pairs: How many pairs a run has: more where one takes moments.
    """

    name: str
    unit: str
    ours: Callable[[], float]
    plain: Callable[[], float]
    most: float | None = None
    over: float | None = None
    pairs: int = 1


def main() -> int:
    """Run the comparisons of one Space; return 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="bench.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("space", help="a folder in spaces/, or server")
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each side (5)")
    options = parser.parse_args()
    environment.require_inside()
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {options.runs} runs a side")
    print(f"{'':38}{'ours':>12}{'plain':>12}{'ratio':>8}  (least-most)   target")
    met = [_report(comparison, options.runs) for comparison in _comparisons(options.space)]
    return 0 if all(met) else 1


def _comparisons(space: str) -> list[Comparison]:
    file = ROOT / "scripts" / "bench" / f"{space.replace('-', '_')}.py"
    if not file.is_file():
        known = sorted(p.parent.name for p in ROOT.glob("spaces/*/app.py"))
        raise Problem(
            f"Nothing is measured for {space!r}; there are: {', '.join([*known, 'server'])}."
        )
    spec = importlib.util.spec_from_file_location(f"bench_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise Problem(f"{file.name} cannot be read.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: list[Comparison] = module.comparisons(Comparison)
    return found


def _report(comparison: Comparison, runs: int) -> bool:
    comparison.ours()
    comparison.plain()
    pairs = [(comparison.ours(), comparison.plain()) for _ in range(runs * comparison.pairs)]
    ratios = sorted(ours / plain for ours, plain in pairs)
    ratio = statistics.median(ratios)
    differences = sorted(ours - plain for ours, plain in pairs)
    over = statistics.median(differences)
    met, target = True, ""
    if comparison.most is not None:
        met, target = ratio <= comparison.most, f"ratio <= {comparison.most:g}"
    if comparison.over is not None:
        met, target = over <= comparison.over, f"{_figure(over, comparison.unit)} over, <= "
        target += _figure(comparison.over, comparison.unit)
        if comparison.pairs > 1:
            nearly_all = differences[len(differences) * 95 // 100]
            target += f" (95 of 100: {_figure(nearly_all, comparison.unit)})"
    ours, plain = (statistics.median(side) for side in zip(*pairs, strict=True))
    figures = f"{_figure(ours, comparison.unit):>12}{_figure(plain, comparison.unit):>12}"
    spread = f"({ratios[0]:.2f}-{ratios[-1]:.2f})"
    verdict = f"{target} {'met' if met else 'MISSED'}" if target else ""
    print(f"{comparison.name:38}{figures}{ratio:>8.2f}  {spread:14} {verdict}", flush=True)
    return met


def _figure(value: float, unit: str) -> str:
    return f"{value / MEBIBYTE:.0f} MiB" if unit == "bytes" else f"{value:.3g} {unit}"


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(str(problem))

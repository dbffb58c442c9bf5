"""Judge the engines of a Space on data with known answers, and plain ones in the same run.

    python3 scripts/evaluate.py ocr --data FOLDER    a Markdown table, and the bars met or missed
    python3 scripts/evaluate.py text-to-image        the same; what it needs is here

What is judged of a Space, and how, stands in its file in scripts/evaluate/: a function
``evaluate(data)`` that prints its findings and tells whether all bars are met, and ``DATA`` where
the repository has the data.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import environment
from environment import ROOT, Problem


def main() -> int:
    """Judge one Space; return 1 when a bar is missed."""
    parser = argparse.ArgumentParser(prog="evaluate.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("space", help="a folder in spaces/")
    parser.add_argument("--data", type=Path, help="a folder of data with answers")
    options = parser.parse_args()
    environment.require_inside()
    if options.data and not options.data.is_dir():
        raise Problem(f"There is no folder {options.data}; name one that has the data.")
    module = _evaluation(options.space)
    data = options.data or getattr(module, "DATA", None)
    if data is None:
        raise Problem("Name a folder that has the data: --data FOLDER")
    evaluate: Callable[[Path], bool] = module.evaluate
    return 0 if evaluate(data) else 1


def _evaluation(space: str) -> ModuleType:
    file = ROOT / "scripts" / "evaluate" / f"{space.replace('-', '_')}.py"
    if not file.is_file():
        spaces = (path.parent.name for path in ROOT.glob("spaces/*/app.py"))
        known = sorted(s for s in spaces if file.with_name(f"{s.replace('-', '_')}.py").is_file())
        raise Problem(f"Nothing is judged for {space!r}, only for: {', '.join(known)}.")
    spec = importlib.util.spec_from_file_location(f"evaluate_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise Problem(f"{file.name} cannot be read.")
    sys.path.insert(0, str(file.parent))  # what stands beside it
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(str(problem))

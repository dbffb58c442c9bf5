"""What is measured of ocr: start and memory of the Space, pages, the first line, two pages."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(ROOT / "scripts" / "evaluate"))

import servers  # noqa: E402  stands in scripts/

KINDS = ("page_en", "receipt", "columns")
"""English pages: what the plain side can read as well."""
EACH = 2
SEED = 5
_PYTHON = sys.executable
_SPACE = [_PYTHON, str(ROOT / "spaces" / "ocr" / "app.py")]
_PAGE = [_PYTHON, str(HERE / "plain_page.py")]
_OURS = [_PYTHON, str(HERE / "ocr.py")]
_PLAIN = [_PYTHON, str(HERE / "plain_rapidocr.py")]


def comparisons(comparison: Callable[..., Any]) -> list[Any]:
    """Return what to compare, as ``comparison`` makes them."""
    folder = _pages()

    def both(mode: str) -> tuple[Callable[[], float], Callable[[], float]]:
        ours, plain = ([*side, mode, folder] for side in (_OURS, _PLAIN))
        return lambda: servers.printed(ours), lambda: servers.printed(plain)

    return [
        comparison("Space: first page", "s", *servers.first_pages(_SPACE, _PAGE), 1.5),
        comparison("Space: memory, idle", "bytes", *servers.memories(_SPACE, _PAGE)),
        comparison(f"{EACH * len(KINDS)} pages, one by one", "s", *both("pages"), 1),
        comparison("First line of a page", "s", *both("first"), 1),
        comparison("The same pages, two at once", "s", *both("two"), 1 / 1.5),
    ]


def _pages() -> str:
    """Render the pages into a folder and return its name."""
    import rendered  # type: ignore[import-not-found]  # stands in scripts/evaluate
    from PIL import Image

    folder = tempfile.mkdtemp(prefix="bench-ocr-")
    for page in rendered.pages(EACH, SEED):
        if page.kind in KINDS:
            Image.fromarray(page.rgb).save(Path(folder) / f"{page.name}.png")
    return folder


def _measure(mode: str, folder: str) -> None:
    """Print the seconds for the pictures in ``folder``, the start of the program left out."""
    import numpy as np
    from PIL import Image

    from portfolio_core import hardware
    from portfolio_core.engines.ocr.combined import PpOcrTesseract
    from portfolio_core.settings import Settings

    engine = PpOcrTesseract.load(None, hardware.detect(Settings()))
    files = sorted(Path(folder).glob("*.png"))
    pages = [np.asarray(Image.open(file).convert("RGB")) for file in files]
    engine.read(pages[0][:200])
    begin = time.perf_counter()
    if mode == "first":
        next(step for step in engine.steps(pages[0]) if getattr(step, "done", 0))
    elif mode == "two":
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(engine.read, pages))
    else:
        for page in pages:
            engine.read(page)
    print(time.perf_counter() - begin)


if __name__ == "__main__":
    _measure(*sys.argv[1:])

"""Drawing with the starter as the Space does: prompt read, step by step, with previews.

starter_picture.py FOLDER    prints what plain_starter.py does
"""

from __future__ import annotations

import sys
import time
from pathlib import Path


def _serve(folder: Path) -> None:
    from portfolio_core import hardware, settings
    from portfolio_core.engines.text_to_image import request
    from portfolio_core.engines.text_to_image.starter import StarterEngine

    engine = StarterEngine.load(folder, hardware.detect(settings.Settings()))
    for line in sys.stdin:
        form = {"prompt": "two red apples on a blue background", "steps": int(line), "seed": 1}
        wanted = request(form, abilities=engine.abilities, limits=settings.Limits())
        start = time.perf_counter()
        list(engine.draw(wanted))
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))

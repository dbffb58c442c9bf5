"""The Space image-voice-captioning with eyes that take their time and print what they do."""

import runpy
import time
from pathlib import Path

from portfolio_core import catalog

LOOK_SECONDS = 0.1
LOOKS = 500  # at one scene
_Engine = catalog.engine_class(catalog.embedded("captioning"))
_caption = _Engine.caption


def _slowly(engine, picture, detail, *, read_text=None, check=lambda: None):
    for _ in range(LOOKS):
        check()
        time.sleep(LOOK_SECONDS)
        print("looked", flush=True)
    return _caption(engine, picture, detail, check=check)


if __name__ == "__main__":
    _Engine.caption = _slowly
    root = Path(__file__).resolve().parents[2]
    runpy.run_path(str(root / "spaces" / "image-voice-captioning" / "app.py"), run_name="__main__")

"""The Space inpainting with a tiny Stable Diffusion of random weights, made when it is first asked.

Its first argument is the folder for it; it draws noise, but quickly, and each time the same. With
"slowly" as the second one it takes many long steps, and prints each of them.
"""

import importlib.util
import os
import runpy
import sys
import time
from dataclasses import replace
from pathlib import Path

from portfolio_core import catalog
from portfolio_core.catalog import Model
from portfolio_core.engines.inpainting.stable_diffusion import StableDiffusion
from portfolio_core.settings import MEBIBYTE, Preset

HERE = Path(__file__).resolve().parent
STEP_SECONDS = 0.1
STEPS = 200


class Tiny(StableDiffusion):
    """A Stable Diffusion for inpainting of random weights."""

    KEY = "tiny"
    ABILITIES = replace(StableDiffusion.ABILITIES, side=64, steps=3)


class Slow(Tiny):
    """The same, as on a machine that is much too small for it."""

    ABILITIES = replace(Tiny.ABILITIES, steps=STEPS)

    def fill(self, wanted, check=lambda: None):
        """Print each step, and wait."""

        def slowly():
            check()
            time.sleep(STEP_SECONDS)
            print("step made", flush=True)

        return super().fill(wanted, slowly)


def build(folder):
    """Write the weights, unless they are there."""
    spec = importlib.util.spec_from_file_location(
        "tiny_diffusion", HERE.parent / "engines" / "tiny_diffusion.py"
    )
    tiny = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tiny)
    return folder if (folder / "model_index.json").exists() else tiny.inpaint(folder)


def main(folder, kind=""):
    engine = Slow if kind == "slowly" else Tiny
    load = engine.load
    engine.load = lambda _, hardware, fetch=None: load(build(folder), hardware, fetch)
    sys.modules["tiny_inpainting"] = sys.modules["__main__"]
    os.environ["PORTFOLIO_DRAW_STEPS"] = str(STEPS)
    model = Model(
        key="tiny", name="Tiny noise", tasks=("inpainting",), preset=Preset.TINY,
        engine=f"tiny_inpainting:{engine.__name__}", licence="Apache-2.0",
        source="https://example.org", languages=("en",), memory_bytes=50 * MEBIBYTE,
    )  # fmt: skip
    others = [one for one in catalog.MODELS if one.key not in {"lama", "sdxl-inpainting"}]
    catalog.MODELS = (*others, model)
    catalog.choose.__kwdefaults__["models"] = catalog.MODELS
    catalog.by_key.__defaults__ = (catalog.MODELS,)
    sys.argv = ["app.py"]
    root = HERE.parents[1]
    runpy.run_path(str(root / "spaces" / "inpainting" / "app.py"), run_name="__main__")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])

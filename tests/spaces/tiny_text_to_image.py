"""The Space text-to-image on a tiny model of random weights, made when it is first asked.

Its first argument is the folder for it; it draws noise, but quickly, and each time the same. With
"slowly" as the second one it takes two hundred long steps, and prints each of them. With
"refined" it is an SDXL with its refiner.
"""

import importlib
import importlib.util
import os
import runpy
import sys
import time
from dataclasses import replace
from pathlib import Path

from portfolio_core import catalog
from portfolio_core.catalog import Model
from portfolio_core.engines.text_to_image import Abilities, sdxl
from portfolio_core.engines.text_to_image.pipeline import WeighingEngine
from portfolio_core.engines.text_to_image.sdxl import SdxlEngine
from portfolio_core.settings import MEBIBYTE, Preset

HERE = Path(__file__).resolve().parent
STEP_SECONDS = 0.1
STEPS = 200
ABILITIES = Abilities(
    side=64, multiple=8, smallest=32, largest=128, steps=3, most_steps=50, guidance=5.0,
    schedulers=("euler", "ddim"),
)  # fmt: skip


class Tiny(WeighingEngine):
    """A Stable Diffusion of random weights."""

    KEY = "tiny"
    abilities = ABILITIES


class TinyRefined(SdxlEngine):
    """An SDXL of random weights, with a refiner."""

    KEY = "tiny"
    abilities = replace(ABILITIES, refines=True)


class Slow(Tiny):
    """The same, as on a machine that is much too small for it."""

    abilities = replace(ABILITIES, steps=STEPS, most_steps=STEPS)

    def draw(self, wanted, check=lambda: None):
        """Print each step, and wait."""

        def slowly():
            check()
            time.sleep(STEP_SECONDS)
            print("step made", flush=True)

        print(f"asked for {wanted.prompt}", flush=True)
        return super().draw(wanted, slowly)


def main(folder, kind=""):
    engine = {"": Tiny, "slowly": Slow, "refined": TinyRefined}[kind]
    load = engine.load

    def built(_, hardware, fetch=None):
        return load(build(folder, refined=kind == "refined"), hardware, fetch)

    engine.load = built
    os.environ["PORTFOLIO_DRAW_STEPS"] = str(STEPS)
    model = Model(
        key="tiny", name="Tiny noise", tasks=("text-to-image",), preset=Preset.EMBEDDED,
        engine=f"{__name__}:{engine.__name__}", licence="Apache-2.0",
        source="https://example.org", languages=("en",), memory_bytes=50 * MEBIBYTE,
    )  # fmt: skip
    others = [one for one in catalog.MODELS if "text-to-image" not in one.tasks]
    catalog.choose.__kwdefaults__["models"] = (*others, model)
    sys.argv = ["app.py"]
    root = HERE.parents[1]
    runpy.run_path(str(root / "spaces" / "text-to-image" / "app.py"), run_name="__main__")


def build(folder, *, refined):
    """Write the model."""
    where = HERE.parent / "engines" / "tiny_diffusion.py"
    spec = importlib.util.spec_from_file_location("tiny_diffusion", where)
    tiny = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tiny)
    # The refiner is one file without a configuration; the engine brings that of the real one.
    sdxl.REFINER_UNET = tiny.refiner_unet()
    make = tiny.sdxl_with_refiner if refined else tiny.text_to_image
    return make(Path(folder) / "tiny")


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))  # the catalog names a module that can be imported
    importlib.import_module("tiny_text_to_image").main(*sys.argv[1:])

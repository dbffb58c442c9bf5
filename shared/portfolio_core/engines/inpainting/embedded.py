"""Filling without a download: PatchMatch for holes, a biharmonic surface for thin strokes.

PatchMatch carries patches from around into the hole, so that texture and lines go on; in a stroke
of a few pixels it has no room for a patch, and the smooth surface is closer to what was there.
Each hole of a mask gets the one that suits its width.

Sources: Barnes, Shechtman, Finkelstein, Goldman, "PatchMatch", SIGGRAPH 2009;
Damelin, Hoang, "On surface completion and image inpainting by biharmonic functions", 2018.
"""

import threading
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from portfolio_core.engines.inpainting import Abilities, Filling, Mask, Step, masks
from portfolio_core.errors import EngineFailed, MissingDependency
from portfolio_core.hardware import Hardware
from portfolio_core.media.images import Pixels

THIN_PIXELS = 6
"""A hole with no pixel this far from its edge is a stroke. On photographs the surface is closer to
what was there, in PSNR and SSIM, up to that; at 10 pixels PatchMatch is."""
_PATCH_RADIUS = 3
# It takes about five seconds for a tenth of this square.
_SIDE = 1024
# The library keeps its seed in a global.
_lock = threading.Lock()


class EmbeddedEngine:
    """PatchMatch and biharmonic inpainting."""

    KEY: ClassVar[str] = "patchmatch"
    ABILITIES: ClassVar[Abilities] = Abilities(replaces=False, side=_SIDE)

    def __init__(self, patch_match: Any, revision: str) -> None:  # noqa: ANN401 - a module
        """Use the module that PyPatchMatch brings; :meth:`load` finds it."""
        self._patch_match = patch_match
        self.revision = revision

    @classmethod
    def load(
        cls,
        folder: Path | None,  # noqa: ARG003 - the wheels carry all there is
        hardware: Hardware,  # noqa: ARG003 - the library takes its own threads
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003
    ) -> Self:
        """Open the library of the wheel; see :class:`InpaintingEngine`."""
        try:
            from patchmatch import patch_match
            from scipy import ndimage
            from skimage.restoration import inpaint_biharmonic
        except ImportError as error:
            package = {"skimage": "scikit-image", "scipy": "scipy"}.get(
                error.name or "", "PyPatchMatch"
            )
            raise MissingDependency(package, f"pip install {package}") from None
        del ndimage, inpaint_biharmonic  # imported here, so that the first picture need not wait
        if not patch_match.patchmatch_available:
            raise EngineFailed(cls.KEY)
        packages = ("PyPatchMatch", "scikit-image")
        revision = ", ".join(f"{name} {metadata.version(name)}" for name in packages)
        return cls(patch_match, revision)

    def fill(
        self, wanted: Filling, check: Callable[[], None] = lambda: None
    ) -> Iterator[Step | Pixels]:
        """Fill the wide holes first, then the strokes; see :class:`InpaintingEngine`."""
        strokes = thin(wanted.hole)
        wide = bool((wanted.hole & ~strokes).any())
        total = wide + bool(strokes.any())
        filled = wanted.rgb
        if wide:
            check()
            filled = self._patched(filled, wanted.hole, wanted.wish.seed)
            yield Step(1, total)
        if strokes.any():
            check()
            filled = _smoothed(filled, strokes)
            yield Step(total, total)
        yield filled

    def _patched(self, rgb: Pixels, hole: Mask, seed: int) -> Pixels:
        with _lock:
            self._patch_match.set_random_seed(seed)
            filled: Pixels = self._patch_match.inpaint(rgb, mask=hole, patch_size=_PATCH_RADIUS)
        return filled


def thin(hole: Mask) -> Mask:
    """Return those parts of ``hole`` that are strokes: narrow all along."""
    from scipy import ndimage

    labels, count = ndimage.label(hole, np.ones((3, 3), int))
    # A stroke along the border of the picture is as narrow as any: there is nothing beyond it.
    depths = masks.distances(np.pad(hole, 1))[1:-1, 1:-1]
    deepest = ndimage.maximum(depths, labels, np.arange(count + 1))
    narrow = np.asarray(deepest) < THIN_PIXELS
    narrow[0] = False  # what is no hole
    strokes: Mask = narrow[labels]
    return strokes


def _smoothed(rgb: Pixels, strokes: Mask) -> Pixels:
    from skimage.restoration import inpaint_biharmonic

    smooth = inpaint_biharmonic(rgb, strokes, channel_axis=-1, split_into_regions=True)
    filled: Pixels = (np.clip(np.nan_to_num(smooth), 0, 1) * 255).round().astype(np.uint8)
    return filled

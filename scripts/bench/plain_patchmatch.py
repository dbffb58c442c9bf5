"""The plain side of erasing: a call of PyPatchMatch, and one of scikit-image for strokes.

    python scripts/bench/plain_patchmatch.py hole FILE     prints seconds
    python scripts/bench/plain_patchmatch.py strokes FILE  prints seconds

FILE is a .npz with ``rgb`` and ``hole``.
"""

import sys
import time

import numpy as np
from patchmatch import patch_match
from skimage.restoration import inpaint_biharmonic


def main() -> None:
    """Fill the hole and print how long it took."""
    what, file = sys.argv[1:]
    with np.load(file) as given:
        rgb, hole = given["rgb"], given["hole"]
    started = time.perf_counter()
    if what == "strokes":
        smooth = inpaint_biharmonic(rgb, hole, channel_axis=-1, split_into_regions=True)
        (smooth * 255).clip(0, 255).round().astype(np.uint8)
    else:
        patch_match.inpaint(rgb, mask=hole, patch_size=3)
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()

"""What all diffusion engines share: loading, running, checking and describing a pipeline.

It knows the pipelines of ``diffusers`` and nothing of what a picture is wanted for: drawing
from words and filling a hole are tasks of their own, and import from here.
"""

from dataclasses import dataclass

from portfolio_core.media.images import Pixels


@dataclass(frozen=True)
class Step:
    """One denoising step is done.

    Attributes:
        done: Steps done.
        total: Steps in all.
        preview: What the picture looks like by now, small, shape (h, w, 3), uint8; none where
            none was made.
    """

    done: int
    total: int
    preview: Pixels | None = None

"""The plain side of writing down speech: PocketSphinx as its page shows it, over the whole file."""

from collections.abc import Callable
from typing import Any

import numpy as np


def pocketsphinx() -> Callable[[np.ndarray], str]:
    """Return what writes down English; samples are int16 at 16 kHz."""
    from pocketsphinx import Decoder

    decoder: Any = Decoder(samprate=16_000, loglevel="FATAL")

    def written(samples: np.ndarray) -> str:
        decoder.start_utt()
        decoder.process_raw(samples.tobytes(), full_utt=True)
        decoder.end_utt()
        found = decoder.hyp()
        return str(found.hypstr) if found else ""

    return written

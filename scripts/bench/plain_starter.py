"""The plain side of the starter: diffusers, called as the card of the model shows it.

plain_starter.py FOLDER    for each line of standard input, the number of steps, prints the
                           seconds of a picture
"""

import sys
import time
import warnings
from typing import Any

warnings.simplefilter("ignore")
import torch  # noqa: E402
from diffusers import DiffusionPipeline  # noqa: E402

pipe: Any = DiffusionPipeline.from_pretrained(sys.argv[1], dtype=torch.float32)
pipe.set_progress_bar_config(disable=True)
for line in sys.stdin:
    start = time.perf_counter()
    pipe(
        "two apples on a blue background",
        num_inference_steps=int(line),
        guidance_scale=3.0,
        max_sequence_length=20,
        clean_caption=False,
        use_resolution_binning=False,
    )
    print(time.perf_counter() - start, flush=True)

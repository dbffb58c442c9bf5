"""The plain side of drawing: diffusers as its pages show it, in float32.

plain_diffusers.py FOLDER    for each line of standard input, the number of steps, prints the
                             seconds of a step (the median), of a picture of 512 pixels, of its
                             making from latents, and the most bytes the process has held
"""

import itertools
import statistics
import sys
import time
import warnings
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")
import torch  # noqa: E402
from diffusers import StableDiffusionPipeline  # noqa: E402

pipe: Any = StableDiffusionPipeline.from_pretrained(sys.argv[1], dtype=torch.float32)
pipe.set_progress_bar_config(disable=True)
for line in sys.stdin:
    times: list[float] = []

    def told(_pipe: object, _step: int, _time: object, tensors: Any) -> Any:  # noqa: ANN401
        """Note the time."""
        times.append(time.perf_counter())  # noqa: B023 - called before the next line
        return tensors

    start = time.perf_counter()
    pipe("a red fox", num_inference_steps=int(line), guidance_scale=1.0, callback_on_step_end=told)
    end = time.perf_counter()
    step = statistics.median(b - a for a, b in itertools.pairwise(times))
    peak = 1024 * int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
    print(step, end - start, end - times[-1], peak, flush=True)

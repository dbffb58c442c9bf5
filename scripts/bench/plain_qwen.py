"""The plain side of Qwen3: transformers as its pages show it, in float32.

plain_qwen.py FOLDER TOKENS    for each line of standard input, prints the seconds to the first
                               token, the seconds of each further one (the median), and the most
                               bytes the process has held
"""

import itertools
import statistics
import sys
import time
import warnings
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")
from transformers import AutoModelForCausalLM, AutoTokenizer  # noqa: E402
from transformers.generation.streamers import BaseStreamer  # noqa: E402


class Clock(BaseStreamer):  # type: ignore[misc]  # transformers has no types
    """Notes when something came; the first thing is the prompt."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def put(self, value: object) -> None:  # noqa: ARG002 - only its time counts
        """Note the time."""
        self.times.append(time.perf_counter())

    def end(self) -> None:
        """Nothing is left."""


folder, tokens = sys.argv[1], int(sys.argv[2])
tokenizer: Any = AutoTokenizer.from_pretrained(folder)
model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype="float32")
for line in sys.stdin:
    clock = Clock()
    start = time.perf_counter()
    asked = [{"role": "user", "content": line.strip()}]
    ids = tokenizer.apply_chat_template(asked, add_generation_prompt=True, return_tensors="pt")
    model.generate(
        **ids, max_new_tokens=tokens, min_new_tokens=tokens, do_sample=True, streamer=clock
    )
    _, *times = clock.times
    further = statistics.median(b - a for a, b in itertools.pairwise(times))
    status = Path("/proc/self/status").read_text()
    peak = 1024 * int(status.split("VmHWM:")[1].split()[0])
    print(times[0] - start, further, peak, flush=True)

"""The plain side of Florence-2: transformers as its pages show it, in float32.

plain_captioner.py FOLDER TOKENS    for each line of standard input, prints the seconds of one
                                    caption of so many tokens, and the most bytes it has held
"""

import sys
import time
import warnings
from pathlib import Path
from typing import Any

warnings.simplefilter("ignore")
import numpy as np  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402
from transformers import (  # noqa: E402
    AutoTokenizer,
    CLIPImageProcessorPil,
    Florence2ForConditionalGeneration,
)

folder, tokens = sys.argv[1], int(sys.argv[2])
letters: Any = AutoTokenizer.from_pretrained(folder)
pictures: Any = CLIPImageProcessorPil.from_pretrained(folder)
model: Any = Florence2ForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3), dtype=np.uint8)
for _ in sys.stdin:
    start = time.perf_counter()
    pixels = pictures(images=Image.fromarray(noise), return_tensors="pt").pixel_values
    prompt = "<image>" * 577 + "<s>What does the image describe?</s>"
    ids = letters(prompt, add_special_tokens=False, return_tensors="pt").input_ids
    written = model.generate(
        input_ids=ids,
        pixel_values=pixels,
        max_new_tokens=tokens,
        min_new_tokens=tokens,
        num_beams=3,
        do_sample=False,
    )
    letters.batch_decode(written, skip_special_tokens=True)
    seconds = time.perf_counter() - start
    status = Path("/proc/self/status").read_text()
    print(seconds, 1024 * int(status.split("VmHWM:")[1].split()[0]), flush=True)

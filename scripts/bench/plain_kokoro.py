"""The plain side of Kokoro: the package as it comes, text in, sound out.

plain_kokoro.py FOLDER    for each line of standard input, prints the seconds it took and the
                          seconds of sound
"""

import sys
import time
import warnings

warnings.simplefilter("ignore")
import numpy as np  # noqa: E402
from kokoro import KModel, KPipeline  # noqa: E402

folder = sys.argv[1]
model = KModel("hexgrad/Kokoro-82M", f"{folder}/config.json", f"{folder}/kokoro-v1_0.pth").eval()
pipeline = KPipeline("e", "hexgrad/Kokoro-82M", model)
for line in sys.stdin:
    start = time.perf_counter()
    parts = [said.audio.numpy() for said in pipeline(line, voice=f"{folder}/voices/ef_dora.pt")]
    sound = np.concatenate(parts)
    print(time.perf_counter() - start, len(sound) / 24_000, flush=True)

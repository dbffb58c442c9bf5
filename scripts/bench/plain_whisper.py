"""The plain side of Whisper: transformers as its pages show it, in float32.

plain_whisper.py FOLDER TOKENS    for each line of standard input, prints the seconds of writing
                                  down 30 s of sound, and the most bytes the process has held
"""

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np

warnings.simplefilter("ignore")
import torch  # noqa: E402
from transformers import WhisperFeatureExtractor, WhisperForConditionalGeneration  # noqa: E402

folder, tokens = Path(sys.argv[1]), int(sys.argv[2])
sound = np.random.default_rng(0).standard_normal(30 * 16_000).astype(np.float32) / 10
ids = json.loads((folder / "tokens.json").read_text())
begin = [[ids[f"<|{name}|>"] for name in ("startoftranscript", "en", "transcribe")]]
extractor: Any = WhisperFeatureExtractor()
model: Any = WhisperForConditionalGeneration.from_pretrained(folder, dtype="float32")
prompt = torch.tensor(begin)
for _ in sys.stdin:
    start = time.perf_counter()
    heard = extractor(sound, sampling_rate=16_000, return_tensors="pt")
    model.generate(
        heard.input_features,
        decoder_input_ids=prompt,
        max_new_tokens=tokens,
        min_new_tokens=tokens,
        do_sample=False,
    )
    seconds = time.perf_counter() - start
    status = Path("/proc/self/status").read_text()
    print(seconds, 1024 * int(status.split("VmHWM:")[1].split()[0]), flush=True)

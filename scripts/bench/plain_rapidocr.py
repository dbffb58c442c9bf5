"""The plain side of reading pages: RapidOCR as it comes, and a plain page around it.

plain_rapidocr.py pages FOLDER    prints the seconds for the pictures in FOLDER
plain_rapidocr.py two FOLDER      the same
plain_rapidocr.py first FOLDER    prints the seconds to the first line of the first picture
plain_rapidocr.py page            a plain page on PORTFOLIO_PORT that reads
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image


def main() -> None:
    """Read the pictures and print how long it took, the start of the program left out."""
    from rapidocr import RapidOCR

    reader: Any = RapidOCR(params={"Global.log_level": "error"})
    files = sorted(Path(sys.argv[2]).glob("*.png"))
    pages = [np.asarray(Image.open(file).convert("RGB"))[:, :, ::-1] for file in files]
    reader(pages[0][:200])
    begin = time.perf_counter()
    # It gives all lines of a page at once, so that the first line comes with the last.
    for page in pages[:1] if sys.argv[1] == "first" else pages:
        reader(page)
    print(time.perf_counter() - begin)


def page() -> None:
    """Serve a page with one endpoint, /read."""
    import gradio as gr

    def handler(picture: np.ndarray) -> str:
        from rapidocr import RapidOCR

        engine: Any = RapidOCR()
        return "\n".join(engine(picture[:, :, ::-1]).txts or ())

    with gr.Blocks() as blocks:
        gr.Button("Read").click(handler, gr.Image(), gr.Textbox(), api_name="read")
    blocks.launch(server_port=int(os.environ["PORTFOLIO_PORT"]), quiet=True)


if __name__ == "__main__":
    page() if sys.argv[1] == "page" else main()

"""Makes sound: in pieces while it is made, and as a file with a new label."""

import gradio as gr
import numpy as np

RATE = 8000


def beep():
    tone = (np.sin(np.arange(RATE) / 3) * 9000).astype(np.int16)
    return RATE, tone


def pieces():
    for _ in range(2):
        yield beep()


def relabelled():
    return gr.Audio(value=beep(), label="Yours")


def build():
    with gr.Blocks() as page:
        stream = gr.Audio(streaming=True)
        made = gr.Audio(format="wav")
        gr.Button().click(pieces, None, stream, api_name="pieces")
        gr.Button().click(beep, None, made, api_name="beep")
        gr.Button().click(relabelled, None, made, api_name="relabelled")
    return page

"""Makes sound, also under a new label."""

import gradio as gr
import numpy as np

RATE = 8000


def beep():
    tone = (np.sin(np.arange(RATE) / 3) * 9000).astype(np.int16)
    return RATE, tone


def relabelled():
    return gr.Audio(value=beep(), label="Yours")


def build():
    with gr.Blocks() as page:
        made = gr.Audio(format="wav")
        gr.Button().click(beep, None, made, api_name="beep")
        gr.Button().click(relabelled, None, made, api_name="relabelled")
    return page

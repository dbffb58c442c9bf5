"""Gives back the files it gets, through each kind of component."""

import gradio as gr

KINDS = {
    "file": gr.File,
    "sound": gr.Audio,
    "picture": gr.Image,
    "message": gr.MultimodalTextbox,
    "gallery": gr.Gallery,
}


def give_back(value):
    return value


def build(*, only=None):
    with gr.Blocks() as page:
        for name, kind in KINDS.items():
            if only in (None, name):
                arguments = {} if kind is gr.MultimodalTextbox else {"type": "filepath"}
                given, returned = kind(**arguments), kind(**arguments)
                gr.Button().click(give_back, given, returned, api_name=name)
    return page

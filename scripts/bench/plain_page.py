"""The plain side of a page: gradio and an empty Blocks."""

import os

import gradio as gr

with gr.Blocks() as page:
    gr.Markdown("Nothing here")
page.launch(server_port=int(os.environ["PORTFOLIO_PORT"]), quiet=True)

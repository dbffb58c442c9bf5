"""Has an example, which fills in the form without waiting in the queue."""

import gradio as gr


def greet(words: str):
    return words.upper()


def build():
    with gr.Blocks() as page:
        words, said = gr.Textbox(), gr.Textbox()
        gr.Examples(["Good morning"], words, cache_examples=False)
        gr.Button().click(greet, words, said, api_name="greet")
    return page

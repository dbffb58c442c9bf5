"""Takes words only: no file ever comes here."""

import time
from pathlib import Path

import gradio as gr


def spell(word: str):
    """Spell a word.

    Args:
        word: Any word.
    """
    for end in range(1, len(word) + 1):
        yield word[:end]


def rest(seconds: float):
    """Do nothing for so long."""
    time.sleep(seconds)
    return "rested"


def stumble(word: str):
    raise RuntimeError(f"{word} in {Path.cwd()}")


def build():
    with gr.Blocks(title="Words") as page:
        word, seconds, said = gr.Textbox(), gr.Number(), gr.Textbox()
        gr.Button().click(spell, word, said, api_name="spell")
        gr.Button().click(rest, seconds, said, api_name="rest")
        gr.Button().click(stumble, word, said, api_name="stumble")
    return page

"""Text to speech: the page and the API of the Space ``kokoro-tts``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import Dependency

from portfolio_core import catalog, settings, workload
from portfolio_core.engines import text_to_speech as tts
from portfolio_core.engines.text_to_speech import reading
from portfolio_core.media import audio, ffmpeg
from portfolio_core.text import script
from portfolio_core.text.filenames import speaking_name
from portfolio_core.ui import api_panel, errors
from portfolio_core.ui.i18n import Locale, Words, locale_of
from portfolio_core.ui.launch import main
from portfolio_core.ui.pace import Pace
from portfolio_core.ui.page import Page

EXAMPLES = [
    ["Good morning! The train to Busan leaves at 9:45 from platform 3.", tts.AUTOMATIC, 1.0],
    ["안녕하세요. 오늘은 2026년 11월 22일, 기온은 7도입니다.", tts.AUTOMATIC, 1.0],
    ["Dr. Kim said “안녕” and waved. [pause 0.8s] It cost $3.50.", tts.AUTOMATIC, 0.9],
]
SAMPLES = {"ko": "안녕하세요. 제 목소리는 이렇습니다.", "en": "Hello! This is how I sound."}
# A text that is spoken within this time is played when it is whole; a longer one at once.
PATIENCE_SECONDS = 1.0


class KokoroTts:
    """The handlers of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.models = {m.key: m for m in (page.choice.model, catalog.embedded(tts.TASK))}
        engines = {key: catalog.engine_class(model) for key, model in self.models.items()}
        self.cast = reading.Cast(engines)
        self.rate: int = page.engine_class.RATE

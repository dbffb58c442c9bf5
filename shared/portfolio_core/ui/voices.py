"""How a visitor chooses among voices: all of them, those of one language, those that mix."""

from collections.abc import Sequence

import gradio as gr

from portfolio_core.engines.text_to_speech import AUTOMATIC, Voice
from portfolio_core.engines.text_to_speech.reading import LANGUAGES
from portfolio_core.ui.i18n import Locale, Words, locale_of

Choices = list[tuple[str, str]]
"""What a visitor reads, and what it stands for."""

_SAMPLES = {"ko": "안녕하세요. 제 목소리는 이렇습니다.", "en": "Hello! This is how I sound."}


class VoiceChoices:
    """The voices of a page, in the words of its visitor."""

    def __init__(self, words: Words, voices: Sequence[Voice], mixed: Sequence[Voice]) -> None:
        """Offer ``voices``; those of ``mixed`` can be mixed with each other."""
        self._words = words
        self._voices = voices
        self._mixed = mixed

    def voices(self, locale: Locale, language: str = "") -> Choices:
        """Return the voices, all or those of one language, and before them the automatic one."""
        automatic = self._words.say("voice_auto", locale)
        chosen = [voice for voice in self._voices if language in ("", voice.language)]
        return [(automatic, AUTOMATIC), *_labelled(chosen, locale)]

    def languages(self, locale: Locale) -> Choices:
        """Return the languages of the voices, each by its own name."""
        codes = dict.fromkeys(voice.language for voice in self._voices)
        every = (self._words.say("language_all", locale), "")
        return [every, *((LANGUAGES[code], code) for code in codes)]

    def partners(self, locale: Locale) -> Choices:
        """Return the voices that can be mixed in, and before them none."""
        return [(self._words.say("mix_none", locale), ""), *_labelled(self._mixed, locale)]

    def filtered(self, language: str, request: gr.Request) -> gr.Dropdown:
        """Show the voices of one language."""
        choices = self.voices(locale_of(request), language)
        return gr.Dropdown(choices=choices, value=choices[1 if language else 0][1])

    def sample(self, voice: str) -> str:
        """Return a sentence in which a voice introduces itself."""
        language = next((v.language for v in self._voices if v.key == voice), "en")
        return _SAMPLES.get(language, _SAMPLES["en"])


def _labelled(voices: Sequence[Voice], locale: Locale) -> Choices:
    return [(v.label_ko if locale == "ko" else v.label, v.key) for v in voices]

"""What the tests of those who read a page again build with: a first reader, and its lines."""

import numpy as np

from portfolio_core.engines.ocr import Line, PageReading, Progress, Word
from portfolio_core.engines.ocr.markdown import escaped
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Preset

MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")
STRIP = np.full((20, 200, 3), 255, np.uint8)


def box(top, left=10.0, width=180.0, height=20.0):
    return (
        (left, top),
        (left + width, top),
        (left + width, top + height),
        (left, top + height),
    )


def line(text, confidence=0.8, top=10.0):
    words = tuple(Word(word, confidence, box(top)) for word in text.split())
    return Line(text, confidence, box(top), "first", words)


class Known:
    """A first reader that finds the lines it was given."""

    LANGUAGES = ("en", "ko")
    revision = "1"

    def __init__(self, *lines, notes=()):
        self.lines, self.notes = lines, notes

    def steps(self, image, language="auto", check=lambda: None):
        check()
        yield Progress("lines", 0, len(self.lines))
        markdown = "\n".join(escaped(found.text) for found in self.lines)
        yield PageReading(image, tuple(self.lines), markdown=markdown, notes=self.notes)


class Silent:
    """A reader that must not be asked."""

    key = "silent"

    def read(self, lines, check=lambda: None):
        assert not lines
        return iter(())


def tokens_of(decoder, monkeypatch):
    """Return a list that grows with each token that a decoder of torch writes."""
    tokens = []
    forward = decoder.forward

    def counting(*args, **options):
        tokens.append(1)
        return forward(*args, **options)

    monkeypatch.setattr(decoder, "forward", counting)
    return tokens

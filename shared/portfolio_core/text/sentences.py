"""Text to sentences, in English, Korean and whatever language the caller names.

``sentencex`` knows the abbreviations; this module keeps together what it takes apart
(``1.``, ``2024. 3. 15.``, ``"가자!"라고``, the marks of ``markup``) and divides what is too
long to say in one breath.
"""

import re

from portfolio_core.errors import MissingDependency
from portfolio_core.text.clean import language_of
from portfolio_core.text.markup import MARKUP

# About twenty seconds of speech: a listener can stop within it, and every engine can hold it.
LONGEST_SENTENCE = 300
_CLOSING_QUOTES = "\"'”’»」』)"
_SHORTENED = re.compile(
    r"\b(?:approx|avg|dept|est|excl|ext|hrs?|incl|max|mins?|misc|tel|vol)\.\s*\Z", re.IGNORECASE
)
_BREAKS = (re.compile(r"(?<=[,;:—、，])\s*"), re.compile(r"\s+"))


def sentences(
    text: str, language: str | None = None, *, longest: int = LONGEST_SENTENCE
) -> list[str]:
    """Split cleaned text into sentences, in order, none empty.

    Args:
        text: Cleaned text.
        language: ISO 639-1 code, for its abbreviations; none = English or Korean, line by line.
        longest: A sentence of more characters is divided.

    Raises:
        MissingDependency: ``sentencex`` is not installed.
    """
    try:
        import sentencex
    except ImportError:
        raise MissingDependency("sentencex", "pip install sentencex") from None
    result: list[str] = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        hidden = MARKUP.sub(_hidden, line)
        pieces = _rejoined(list(sentencex.segment(language or language_of(line), hidden)))
        at = 0
        for part in (part for piece in pieces for part in _breaths(piece, longest)):
            at = hidden.index(part, at)  # white space between the parts is skipped
            result.append(line[at : at + len(part)])
            at += len(part)
    return result


def _hidden(mark: re.Match[str]) -> str:
    """Return a word as long as ``mark``, that begins as its word does: no sentence ends in it."""
    word = mark[1] or ""
    return ("X" if word[:1].isupper() else "x").ljust(len(mark[0]), "x")


def _rejoined(pieces: list[str]) -> list[str]:
    """Join pieces that are no sentences of their own to the one that they belong to."""
    joined: list[str] = []
    pending = ""
    for piece in pieces:
        if joined and not pending and joined[-1][-1:] in _CLOSING_QUOTES:
            joined[-1] += piece  # no space after the quote: its sentence goes on
        elif joined and not pending and piece[:1].islower() and _SHORTENED.search(joined[-1]):
            joined[-1] += piece  # "approx. ten": sentencex does not know every short form
        elif not any(c.isalpha() for c in piece):
            pending += piece  # "1. " waits for what it numbers
        else:
            joined.append(pending + piece)
            pending = ""
    if pending.strip():
        joined.append(pending)
    return [piece.strip() for piece in joined if piece.strip()]


def _breaths(sentence: str, longest: int) -> list[str]:
    """Divide a sentence that is too long: at a comma, else at a space, else anywhere."""
    parts: list[str] = []
    while len(sentence) > longest:
        ends = (_last_break(sentence, mark, longest) for mark in _BREAKS)
        at = next(filter(None, ends), longest)
        parts.append(sentence[:at].strip())
        sentence = sentence[at:].strip()
    return [*parts, sentence] if sentence else parts


def _last_break(sentence: str, mark: re.Pattern[str], longest: int) -> int:
    ends = [found.end() for found in mark.finditer(sentence, 0, longest)]
    return ends[-1] if ends else 0

"""Text as it will be spoken: numbers, signs, addresses and short forms in words.

Marks for pauses and own pronunciations stay as they are. Nothing here needs an engine: what
is returned can be shown before it is spoken.
"""

import re
from typing import Literal

from portfolio_core.text.markup import MARKUP
from portfolio_core.text.signs import one_form
from portfolio_core.text.spoken_en import english
from portfolio_core.text.spoken_ko import korean

Language = Literal["en", "ko"]

_PASSES = 3  # what a first reading brings together, e.g. by taking a sign away, is read again
_FEWEST_WORDS = 3  # of a passage of English in a Korean sentence; fewer are names
_HANGUL = re.compile("[가-힣]")
_LATIN = re.compile("[A-Za-z]")


def spoken(text: str, language: Language, *, emoji: bool = True) -> str:
    """Return one sentence as it will be spoken. Said twice, it stays the same.

    In a mixed sentence a number is read in the language of the word it stands with.

    Args:
        text: A sentence, cleaned.
        language: The sentence's own language.
        emoji: Whether emoji stay, for an engine that names them.
    """
    for _ in range(_PASSES):
        said = _once(text, language, emoji=emoji)
        if said == text:
            break
        text = said
    return text


def _once(text: str, language: Language, *, emoji: bool) -> str:
    pieces: list[str] = []
    at = 0
    for mark in MARKUP.finditer(text):
        pieces += [_passage(text[at : mark.start()], language, emoji=emoji), mark[0]]
        at = mark.end()
    pieces.append(_passage(text[at:], language, emoji=emoji))
    return "".join(pieces).strip()


def _passage(text: str, language: Language, *, emoji: bool) -> str:
    """Return a text without marks as spoken, with the white space around it."""
    text = one_form(text, emoji=emoji)
    tokens = text.split(" ")
    languages = _languages(tokens, language)
    said: list[str] = []
    begin = 0
    for at in range(1, len(tokens) + 1):
        if at == len(tokens) or languages[at] != languages[begin]:
            run = " ".join(tokens[begin:at])
            read = korean if languages[begin] == "ko" else english
            said.append(_edged(run, read(run)))
            begin = at
    return " ".join(said)


def _edged(run: str, said: str) -> str:
    """Return ``said`` with one space where ``run`` began or ended with some."""
    if not said:
        return " " if run else ""
    return f"{' ' * run.startswith(' ')}{said}{' ' * run.endswith(' ')}"


def _languages(words: list[str], default: Language) -> list[Language]:
    """Return the language that each word is read in."""
    kinds = ["ko" if _HANGUL.search(w) else "en" if _LATIN.search(w) else "" for w in words]
    result: list[Language] = [default] * len(words)
    for at, kind in enumerate(kinds):
        if kind == "ko":
            result[at] = "ko"
    if default == "ko":
        for begin, end in _latin_runs(kinds):
            result[begin:end] = ["en"] * (end - begin)
        return result
    for at, kind in enumerate(kinds):  # a number among Korean words
        after = next((k for k in kinds[at + 1 : at + 3] if k), "")
        if not kind and after == "ko" and (at == 0 or kinds[at - 1] != "en"):
            result[at] = "ko"
    return result


def _latin_runs(kinds: list[str]) -> list[tuple[int, int]]:
    """Return where so many words of English follow each other that they are a passage."""
    runs: list[tuple[int, int]] = []
    begin = 0
    for at, kind in enumerate([*kinds, "ko"]):
        if kind == "ko":
            if kinds[begin:at].count("en") >= _FEWEST_WORDS:
                runs.append((begin, at))
            begin = at + 1
    return runs

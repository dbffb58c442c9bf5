"""Text as it will be spoken: numbers, signs, addresses and short forms in words.

Marks for pauses and own pronunciations stay as they are. Nothing here needs an engine: what
is returned can be shown before it is spoken.
"""

import re
from typing import Literal, cast

from portfolio_core.text.clean import language_of
from portfolio_core.text.markup import MARKUP
from portfolio_core.text.signs import one_form
from portfolio_core.text.spoken_en import english
from portfolio_core.text.spoken_ko import korean

Language = Literal["en", "ko"]

_PASSES = 3  # what a first reading brings together, e.g. by taking a sign away, is read again
_FEWEST_WORDS = 3  # of a passage of English in a Korean sentence; fewer are names
_HANGUL = re.compile("[가-힣]")
_LATIN = re.compile("[A-Za-z]")
_ENDS = re.compile(r"[.!?…][\"')\]’”]{0,3}\Z")


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


def spoken_text(text: str, *, emoji: bool = True) -> str:
    """Return a whole text as it will be spoken, each sentence in its own language."""
    for _ in range(_PASSES):
        said = "\n".join(_once(line, None, emoji=emoji) for line in text.split("\n"))
        if said == text:
            break
        text = said
    return text.strip()


def _once(text: str, language: Language | None, *, emoji: bool) -> str:
    pieces: list[str] = []
    at = 0
    own = cast("Language", language_of(MARKUP.sub(r"\1", text)))
    for mark in MARKUP.finditer(text):
        pieces += [_passage(text[at : mark.start()], language, own, emoji=emoji), mark[0]]
        at = mark.end()
    pieces.append(_passage(text[at:], language, own, emoji=emoji))
    return "".join(pieces).strip()


def _passage(text: str, language: Language | None, own: Language, *, emoji: bool) -> str:
    """Return a text without marks as spoken, with the white space around it."""
    text = one_form(text, emoji=emoji)
    tokens = text.split(" ")
    languages = _languages(tokens, language, own)
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


def _languages(tokens: list[str], language: Language | None, own: Language) -> list[Language]:
    """Return the language that each word is read in."""
    result: list[Language] = []
    begin = 0
    for at, token in enumerate(tokens, start=1):
        if at == len(tokens) or (language is None and _ENDS.search(token)):
            sentence = tokens[begin:at]
            joined = " ".join(sentence)
            lettered = _HANGUL.search(joined) or _LATIN.search(joined)
            default = language or (cast("Language", language_of(joined)) if lettered else own)
            result += _in_sentence(sentence, default)
            begin = at
    return result


def _in_sentence(words: list[str], default: Language) -> list[Language]:
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

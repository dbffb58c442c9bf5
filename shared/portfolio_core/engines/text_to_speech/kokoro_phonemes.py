"""Text to the phonemes that Kokoro was taught, one front end per language.

English comes from misaki's dictionaries, with the words in time; Japanese and Mandarin from
packages that are installed when wanted; the others from espeak-ng. ``[word](/ipa/)`` gives a
word's pronunciation in any of them, written in Kokoro's own alphabet.

Source: https://github.com/hexgrad/kokoro/blob/main/kokoro/pipeline.py
"""

import logging
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from portfolio_core.engines.text_to_speech import kokoro_english
from portfolio_core.errors import MissingDependency

log = logging.getLogger(__name__)

LONGEST = 510
"""Phonemes that the model takes at once."""
# As misaki reads it: [word](/ipa/); what is no pronunciation is a hint on stress or numbers.
_LINK = re.compile(r"\[([^\]]+)\]\(([^\)]*)\)")
_STAND_INS = range(0xE000, 0xF900)  # private characters: no text has a sound for them
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_STAND_IN = re.compile("x([\ue000-\uf8ff])")
_BREAKS = ("!.?…", ":;", ",—", " ")  # where a listener minds a cut least, the best first
_AROUND_WORDS = " \t.,;:!?…—–-\"“”‘’'()[]{}«»¡¿"
# What conversion may raise over text that nobody foresaw: misaki asserts, counts and looks up.
_STUMBLES = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)

_ESPEAK_LANGUAGES = {"e": "es", "f": "fr-fr", "h": "hi", "i": "it", "p": "pt-br"}
_PACKAGES = {
    "j": ("misaki[ja]", "pip install pyopenjtalk-plus fugashi unidic-lite jaconv mojimoji"),
    "z": ("misaki[zh]", "pip install jieba pypinyin cn2an ordered-set pypinyin-dict"),
}


@dataclass(frozen=True)
class Span:
    """One written word and its place among the phonemes: from ``start`` up to ``end``."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Piece:
    """Phonemes to be spoken in one go, at most 510, and the words in them where known."""

    phonemes: str
    words: tuple[Span, ...] = ()


FrontEnd = Callable[[str], list[Piece]]
"""Gives the pieces of one sentence, in order; none where there is nothing to say."""


def without_links(text: str) -> str:
    """Return ``text`` as it reads: ``[word](/ipa/)`` becomes ``word``."""
    return _LINK.sub(r"\1", text)


def sentences(text: str, split: Callable[[str], list[str]]) -> list[str]:
    """Split ``text`` with ``split``, which never cuts a ``[word](/ipa/)`` in two."""
    links: list[str] = []

    def stand_in(found: re.Match[str]) -> str:
        if len(links) == len(_STAND_INS):
            return found[1]
        links.append(found[0])
        return "x" + chr(_STAND_INS[len(links) - 1])

    def restore(found: re.Match[str]) -> str:
        return links[ord(found[1]) - _STAND_INS[0]]

    short = _LINK.sub(stand_in, _PRIVATE.sub("", text))
    return [_STAND_IN.sub(restore, part) for part in split(short)]


def front_end(letter: str, vocabulary: Iterable[str]) -> FrontEnd:
    """Return the front end of a language.

    Args:
        letter: Kokoro's letter of the language, see :data:`kokoro_voices.LANGUAGES`.
        vocabulary: The phonemes that the model knows; others are left out.

    Raises:
        MissingDependency: a package of the language is not installed.
    """
    known = frozenset(vocabulary)
    if letter in "ab":
        return _english(known, british=letter == "b")
    if letter in _ESPEAK_LANGUAGES:
        return _spelled(_espeak(_ESPEAK_LANGUAGES[letter]), known)
    try:
        return _spelled(_japanese() if letter == "j" else _mandarin(), known)
    except ImportError:
        raise MissingDependency(*_PACKAGES[letter]) from None


def _english(known: frozenset[str], *, british: bool) -> FrontEnd:
    from kokoro import KPipeline
    from misaki import espeak

    accent = "en-gb" if british else "en-us"
    fallback = espeak.EspeakFallback(british=british)
    fallback.backend = _backend(accent)  # its own would read "(ko)" out at a Korean word
    plain = _spelled(_espeak(accent), known)

    class Pipeline(KPipeline):  # type: ignore[misc]
        """Kokoro's pipeline with a converter that downloads nothing, and without a model."""

        def __init__(self) -> None:
            self.g2p = kokoro_english.g2p(british=british, fallback=fallback)

    pipeline = Pipeline()

    def convert(text: str) -> list[Piece]:
        try:
            _, tokens = pipeline.g2p(text)
        except _STUMBLES as error:
            log.warning("misaki could not read a sentence (%s); espeak-ng reads it", type(error))
            return plain(text)
        for token in tokens:
            token.phonemes = _only(known, token.phonemes or "")
        parts = [part for _, _, part in pipeline.en_tokenize(tokens)]
        return [piece for part in parts for piece in _pieces_of(part)]

    return convert


def _pieces_of(tokens: list[Any]) -> Iterator[Piece]:
    """Yield what tokens of misaki say, with their words where they fit into one piece."""
    whole = "".join(t.phonemes + (" " if t.whitespace else "") for t in tokens)
    phonemes = whole.strip()
    if len(phonemes) > LONGEST:
        yield from map(Piece, cut(phonemes))
    elif phonemes:
        skipped = len(whole) - len(whole.lstrip())
        yield Piece(phonemes, tuple(_words(tokens, -skipped)))


def _words(tokens: list[Any], at: int) -> Iterator[Span]:
    """Yield the written words, which end at white space: ``$3.50`` is one of two tokens."""
    run: list[tuple[Any, int]] = []
    for token in tokens:
        run.append((token, at))
        at += len(token.phonemes) + bool(token.whitespace)
        if token.whitespace or token is tokens[-1]:
            run = _without_ends(run)
            spoken = [(t, i) for t, i in run if any(c.isalpha() for c in t.phonemes)]
            if spoken:
                last, begin = spoken[-1]
                text = "".join(t.text for t, _ in run)
                yield Span(text, spoken[0][1], begin + len(last.phonemes))
            run = []


def _without_ends(run: list[tuple[Any, int]]) -> list[tuple[Any, int]]:
    """Leave out quotes and full stops around a word; the one of ``Dr.`` is no token."""
    while run and not run[0][0].text.strip(_AROUND_WORDS):
        run = run[1:]
    while run and not run[-1][0].text.strip(_AROUND_WORDS):
        run = run[:-1]
    return run


def _spelled(convert: Callable[[str], str], known: frozenset[str]) -> FrontEnd:
    """Return a front end that knows no words, only the sentence's phonemes."""

    def pieces(text: str) -> list[Piece]:
        parts = []
        at = 0
        for link in _LINK.finditer(text):
            parts.append(convert(text[at : link.start()]))
            given = link[2].strip()
            spelled = len(given) > 1 and given.startswith("/")
            parts.append(given.strip("/") if spelled else convert(link[1]))
            at = link.end()
        parts.append(convert(text[at:]))
        phonemes = " ".join(filter(None, (_only(known, part).strip() for part in parts)))
        return [Piece(part) for part in cut(phonemes)]

    return pieces


def _only(known: frozenset[str], phonemes: str) -> str:
    """Leave out what the model does not know: it would, too, and then miscount the words."""
    return "".join(c for c in phonemes if c in known)


def cut(phonemes: str) -> Iterator[str]:
    """Yield ``phonemes`` in parts of at most 510, cut at the best break; nothing is lost."""
    while len(phonemes) > LONGEST:
        head = phonemes[:LONGEST]
        ends = (max(head.rfind(mark) for mark in marks) + 1 for marks in _BREAKS)
        at = next(filter(None, ends), LONGEST)
        yield phonemes[:at].strip()
        phonemes = phonemes[at:].strip()
    if phonemes:
        yield phonemes


def _backend(language: str) -> Any:  # noqa: ANN401 - phonemizer is untyped
    """Return espeak-ng's phonemes with Kokoro's options, silent about words of other languages."""
    from phonemizer.backend import EspeakBackend

    quiet = logging.getLogger(f"{__name__}.phonemizer")
    quiet.setLevel(logging.ERROR)
    return EspeakBackend(
        language=language,
        preserve_punctuation=True,
        with_stress=True,
        tie="^",
        language_switch="remove-flags",
        logger=quiet,
    )


def _espeak(language: str) -> Callable[[str], str]:
    from misaki import espeak

    convert = espeak.EspeakG2P(language)
    convert.backend = _backend(language)
    return lambda text: str(convert(text)[0]) if text.strip() else ""


def _japanese() -> Callable[[str], str]:
    from misaki import ja

    convert = ja.JAG2P()
    return lambda text: str(convert(text)[0]) if text.strip() else ""


def _mandarin() -> Callable[[str], str]:
    import jieba
    from misaki import zh

    jieba.setLogLevel(logging.WARNING)
    # It keeps its dictionary in the common temporary folder, where another user could write it.
    with tempfile.TemporaryDirectory() as own:
        jieba.dt.tmp_dir = own
        jieba.initialize()
    convert = zh.ZHG2P()
    return lambda text: str(convert(text)[0]) if text.strip() else ""

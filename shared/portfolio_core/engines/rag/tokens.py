"""Text to terms for searching by words.

A Korean word carries its grammar as endings, so Korean is cut into morphemes and only those
with a meaning are kept. English is cut at what is no letter and no digit. Character n-grams
of Korean words find what a dictionary of morphemes cuts in two ways.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from portfolio_core.engines.rag.wording import is_empty
from portfolio_core.errors import MissingDependency

_WORD = re.compile(r"[^\W_]+")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
# Nouns, pronouns, verbs, adjectives, adverbs, determiners, roots, foreign words, numbers, and
# web addresses, in the tag set of Sejong; the rest are endings, particles and punctuation.
_MEANING = ("NN", "NR", "NP", "VV", "VA", "MA", "MM", "XR", "SL", "SN", "SH", "W_")
# Terms by which one asks, or that help other words: many a question has them, about anything.
_ASKING = frozenset(
    "언제 어디 무엇 뭐 누구 얼마 얼마나 며칠 몇 왜 어떻 어떻게 어떠하 어떤 어느 무슨 하 되 있 없 "  # noqa: SIM905
    "이 그 저 것 거 수 때 시 나 내 우리 저희 제 여기 좀 더 안 주 보 "
    "long often please tell happen happens s t d m ll re ve don".split()
)
_SHORTEST, _LONGEST = 2, 4


def words(text: str) -> list[str]:
    """Return the terms of ``text``, in order, in small letters.

    Raises:
        MissingDependency: the text is Korean and kiwipiepy is not installed.
    """
    if not _HANGUL.search(text):
        return _WORD.findall(text.lower())
    found = _kiwi().tokenize(text)
    return [token.form.lower() for token in found if token.tag.startswith(_MEANING)]


def content(terms: Sequence[str]) -> list[str]:
    """Return those of :func:`words` that tell what a question is about."""
    return [term for term in terms if not is_empty(term) and term not in _ASKING]


def grams(text: str) -> list[str]:
    """Return the pieces of 2 to 4 characters of the words of a text with Korean in it.

    The space before and after a word counts as a character: a piece at a word's beginning is
    another than the same piece inside of one. A text without Korean gives none.
    """
    if not _HANGUL.search(text):
        return []
    return [piece for word in _WORD.findall(text.lower()) for piece in _pieces(f" {word} ")]


def _pieces(word: str) -> Iterator[str]:
    for length in range(_SHORTEST, _LONGEST + 1):
        for start in range(len(word) - length + 1):
            yield word[start : start + length]


@cache
def _kiwi() -> Any:  # noqa: ANN401 - it has no type marker
    """Load the dictionary; takes a second or more, and only a Korean text asks for it."""
    try:
        from kiwipiepy import Kiwi
    except ImportError:
        raise MissingDependency("kiwipiepy", "pip install kiwipiepy") from None
    return Kiwi(num_workers=1)

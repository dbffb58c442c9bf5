"""The short answer in a sentence, where the question tells what kind of thing is wanted.

No model reads here: a question word asks for a kind of thing (a date, a number, a name), and
that kind is looked for near the words that question and sentence share. Where the kind is not
told, there is no short answer, and the sentence is the answer.
"""

import math
import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto

from portfolio_core.engines.rag.wording import Wording

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_COUNTED = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?"
_REACH = 25  # characters; a shared word so far away speaks a third as loud for a candidate


class Kind(Enum):
    """What a question asks for."""

    YEAR = auto()
    DATE = auto()
    NUMBER = auto()
    TERM = auto()
    NAME = auto()


# The first that fits decides.
_ASKED: Sequence[tuple[Kind, re.Pattern[str]]] = (
    (
        Kind.YEAR,
        re.compile(r"\b(?:what|which) (?:year|decade|century)\b|몇\s*년|어느\s*해", re.IGNORECASE),
    ),
    (
        Kind.DATE,
        re.compile(
            r"\bwhen\b|\b(?:what|which) (?:date|day|month)\b|언제|몇\s*(?:월|일|세기)|어느\s*날",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.NUMBER,
        re.compile(
            r"\bhow (?:many|much|old|long|far|tall|large|high|deep|wide|heavy|fast)\b"
            r"|\bwhat\b.{0,20}\b(?:number|percentage|percent|proportion|price)\b"
            r"|몇|얼마|퍼센트",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.TERM,
        re.compile(
            r"\b(?:what|which)\b.*\b(?:called|known as|termed|abbreviated|mean|stand for)\b"
            r"|무엇이라고|뭐라고|무엇의 약자",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.NAME,
        re.compile(
            r"\bwho(?:m|se)?\b|\bwhere\b|\b(?:what|which) (?:\w+ )?(?:person|people|man|woman|"
            r"king|queen|author|scientist|company|organi[sz]ation|university|school|team|"
            r"country|city|town|state|river|region|island|continent|language|book|film)\b"
            r"|\bname of\b|\bnamed\b",
            re.IGNORECASE,
        ),
    ),
)
_YEAR = re.compile(
    r"\b(?:1\d{3}|20\d{2})s?\b(?:\s?BC)?|\b\d{1,2}(?:st|nd|rd|th) century\b|\d{4}년(?:대)?"
)
# Of each kind, the more telling forms first; a group is the part that is wanted.
_LOOKS: dict[Kind, Sequence[re.Pattern[str]]] = {
    Kind.YEAR: (_YEAR,),
    Kind.DATE: (
        re.compile(
            rf"(?:(?:{_MONTHS}) \d{{1,2}}, \d{{4}}|\d{{1,2}} (?:{_MONTHS})(?: \d{{4}})?"
            rf"|(?:{_MONTHS}) \d{{4}}|(?:{_MONTHS}) \d{{1,2}}\b)"
            r"|\d{4}년(?:\s*\d{1,2}월)?(?:\s*\d{1,2}일)?|\d{1,2}월(?:\s*\d{1,2}일)?"
        ),
        _YEAR,
    ),
    Kind.NUMBER: (
        re.compile(
            r"[$€£₩]?\d[\d,.–]*(?:\s?(?:percent|million|billion|thousand)\b|%"
            r"|\s?(?:개|명|번|가지|퍼센트|만|억|원|살|년))?"
            rf"|\b(?:{_COUNTED})\b",
            re.IGNORECASE,
        ),
    ),
    Kind.TERM: (
        re.compile(
            r"\b(?:called|known as|termed|abbreviated as|means|stands for)\s+"
            r"(?:the |an? )?[\"“*]*([^\"”*.;()]+?)[\"”*]*(?=[.;()]|, (?:and|which|from|but)|$)",
            re.IGNORECASE,
        ),
        re.compile(
            r"([가-힣A-Za-z\d<>]+)(?:\s*\([^)]*\))?[*’”\"'\s]{0,3}(?:이?라고|이?라\s|의 약자)"
        ),
    ),
}


def kind(question: str) -> Kind | None:
    """Return what ``question`` asks for, or none where its words do not tell."""
    return next((kind for kind, asks in _ASKED if asks.search(question)), None)


def short_answer(question: str, sentence: str) -> str:
    """Return the part of ``sentence`` that answers ``question``, or nothing."""
    wanted = kind(question)
    if wanted is None:
        return ""
    asked = Wording(question)
    found = [c for c in _candidates(wanted, sentence) if not asked.mentions(c[1])]
    if not found:
        return ""
    return max(found, key=lambda c: _near(asked.keys, sentence, *c))[1]


def _candidates(wanted: Kind, sentence: str) -> Iterator[tuple[int, str]]:
    """Yield the places and texts that are of the wanted kind, the more telling form first."""
    if wanted is Kind.NAME:
        for name in Wording(sentence).names:
            yield sentence.index(name), name
        return
    for look in _LOOKS[wanted]:
        found = [
            (m.start(look.groups), m[look.groups].rstrip(".,– ")) for m in look.finditer(sentence)
        ]
        if found:
            yield from found
            return


def _near(keys: Sequence[str], sentence: str, at: int, candidate: str) -> float:
    """Return how close the question's words stand to a candidate: near ones count more."""
    end = at + len(candidate)
    near = 0.0
    for word in re.finditer(r"\S+", sentence):
        distance = max(at - word.end(), word.start() - end, 0)
        near += any(map(Wording(word[0]).has, keys)) * math.exp(-distance / _REACH)
    return near

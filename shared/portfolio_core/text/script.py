"""The script of a reading: who says what, and where it is silent.

A text becomes lines and pauses. ``[pause 0.8s]`` is silence of that length, an empty line is
a break between paragraphs, and ``ANNA: ...`` at the start of a line gives what follows to a
speaker. Splitting a line into sentences and speaking them is the work of others.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from portfolio_core.errors import NumberOutOfRange
from portfolio_core.text.markup import PAUSE, PRONUNCIATION

PARAGRAPH_SECONDS = 0.8
"""Silence between two paragraphs, in seconds."""
LONGEST_PAUSE_SECONDS = 10.0
LONGEST_PAUSES_SECONDS = 120.0
"""All written pauses of a text together: silence costs memory, and a mark for it is short."""

_NOBODY: Mapping[str, str] = MappingProxyType({})
_SPEAKER = re.compile(  # a pause may stand before the name
    rf"(?P<pauses>(?:[ \t]*+{PAUSE.pattern})*+)"
    r"[ \t]*+(?P<name>[^\W_](?:[^\W_]| ){0,19})[ \t]{0,4}[:：][ \t]*+",
    re.IGNORECASE,
)
# Names that a page may propose: capitals, as in plays, or a Korean name. A clock and an
# address on the web have a colon too.
_PROPOSED = re.compile(
    r"^[ \t]{0,8}([A-Z][A-Z0-9 ]{0,19}|[가-힣]{2,4})[ \t]{0,4}[:：](?!//|\d)", re.MULTILINE
)
# What stands before a colon in notes, and is nobody's name.
_NO_NAMES = frozenset(
    "NOTE NB PS TODO TIP WARNING CAUTION IMPORTANT EXAMPLE URL FAQ "  # noqa: SIM905
    "참고 주의 제목 예시 예제 주소 전화 날짜 시간 장소 출처".split()
)
_FEWEST_LINES = 2


@dataclass(frozen=True)
class Line:
    """Something to say.

    Attributes:
        text: What is said, with its own pronunciations; may hold several sentences.
        speaker: Name of who says it, or None for the reader.
    """

    text: str
    speaker: str | None = None


@dataclass(frozen=True)
class Pause:
    """Silence, in seconds."""

    seconds: float


def parse(text: str, speakers: Mapping[str, str] = _NOBODY) -> list[Line | Pause]:
    """Return the lines and pauses of cleaned ``text``, in order.

    A speaker's line goes on until the next speaker or an empty line. A written pause takes the
    place of the break between paragraphs beside it. Pauses that follow each other stay apart.

    Args:
        text: The text with its marks.
        speakers: The voice of each name; only these names make a line a speaker's.

    Raises:
        NumberOutOfRange: a pause is no number from 0 to 10 s, or all are longer than 120 s.
    """
    script: list[Line | Pause] = []
    seconds_in_all = 0.0
    for paragraph in re.split(r"\n[ \t]*+\n", text):
        items: list[Line | Pause] = []
        for turn in _turns(paragraph, speakers):
            items.extend(_items(turn))
        if not items:
            continue
        if script and isinstance(script[-1], Line) and isinstance(items[0], Line):
            script.append(Pause(PARAGRAPH_SECONDS))
        seconds_in_all += sum(item.seconds for item in items if isinstance(item, Pause))
        script.extend(items)
    if seconds_in_all > LONGEST_PAUSES_SECONDS:
        raise NumberOutOfRange("sum of pauses", seconds_in_all, 0, LONGEST_PAUSES_SECONDS)
    return script


def find_speakers(text: str) -> list[str]:
    """Return the names that look like speakers of a dialogue, in order, each once.

    A name is in capitals or is Korean with two to four syllables, and stands before a colon at
    the start of a line. One such line alone makes no dialogue.
    """
    found = [match[1].strip() for match in _PROPOSED.finditer(text)]
    found = [name for name in found if name not in _NO_NAMES]
    return list(dict.fromkeys(found)) if len(found) >= _FEWEST_LINES else []


def plain(text: str, speakers: Mapping[str, str] = _NOBODY) -> str:
    """Return ``text`` as a reader sees it, for display and captions: no mark is left.

    Args:
        text: The text with its marks.
        speakers: The names whose ``NAME:`` is removed too.
    """
    text = "\n".join(_speaker(line, speakers)[1] for line in text.split("\n"))
    text = PAUSE.sub(" ", PRONUNCIATION.sub(r"\1", text))
    text = "\n".join(re.sub(r"[ \t]{2,}+", " ", line).strip() for line in text.split("\n")).strip()
    if PAUSE.search(text):  # a mark within a mark left one behind
        text = re.sub(r"\[(?=pause)", "[ ", text, flags=re.IGNORECASE)
    return _undone(text)


def pronunciations(text: str) -> list[tuple[str, str]]:
    """Return the words with a pronunciation of their own, with it, in order."""
    return [(match[1], match[2]) for match in PRONUNCIATION.finditer(text)]


def without_pronunciations(text: str) -> str:
    """Return ``text`` with every ``[word](/ipa/)`` as the plain word."""
    return _undone(PRONUNCIATION.sub(r"\1", text))


def _undone(text: str) -> str:
    """Return ``text`` without the pronunciation that a mark within a mark left behind."""
    return text.replace("](/", "] (/") if PRONUNCIATION.search(text) else text


def _turns(paragraph: str, speakers: Mapping[str, str]) -> Iterator[Line]:
    """Yield a paragraph's text by who says it, with the pauses still in it."""
    turn = Line("")
    for line in paragraph.split("\n"):
        name, said = _speaker(line, speakers)
        if name is None:
            turn = replace(turn, text=f"{turn.text}\n{line}")
        else:
            yield turn
            turn = Line(said, name)
    yield turn


def _speaker(line: str, speakers: Mapping[str, str]) -> tuple[str | None, str]:
    found = _SPEAKER.match(line)
    name = found["name"].strip() if found else None
    if found and name in speakers:
        return name, found["pauses"] + line[found.end() :]
    return None, line


def _items(turn: Line) -> Iterator[Line | Pause]:
    """Yield a turn's lines and pauses."""
    at = 0
    for found in PAUSE.finditer(turn.text):
        if said := turn.text[at : found.start()].strip():
            yield replace(turn, text=said)
        yield Pause(_seconds(found))
        at = found.end()
    if said := turn.text[at:].strip():
        yield replace(turn, text=said)


def _seconds(pause: re.Match[str]) -> float:
    try:
        seconds = float(pause[1]) / (1000 if (pause[2] or "").lower() == "ms" else 1)
    except ValueError:  # "1.2.3"
        seconds = math.nan
    if not 0 <= seconds <= LONGEST_PAUSE_SECONDS:
        raise NumberOutOfRange("pause", pause[0], 0, LONGEST_PAUSE_SECONDS)
    return seconds

"""From the tokens a model writes to the text a reader sees.

Three things happen on the way: bytes become characters, which may be spread over tokens; a
stop string ends the text, and is not part of it; thinking is kept apart. What may turn out to be
the beginning of one of them is held back until that is known.
"""

import codecs
from collections.abc import Sequence
from functools import cache

THINKING, THOUGHT = "<think>", "</think>"


class Characters:
    """Turns the tokens of a byte-level vocabulary into text, never half a character."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, token: str) -> str:
        """Return the characters that ``token``, as it stands in the vocabulary, completes."""
        table = _bytes_of_signs()
        return self._decode.decode(bytes(table[sign] for sign in token))

    def rest(self) -> str:
        """Return what is left at the end: a sign for a character that was never completed."""
        return self._decode.decode(b"", final=True)


class Visible:
    """Lets through what a reader may see."""

    def __init__(self, stop: Sequence[str]) -> None:
        self._stop = tuple(stop)
        self._held = ""
        self._thinking = False
        self._thought = ""
        self._begun = False
        self.stopped = False
        """Whether a stop string came; nothing after it counts."""

    def feed(self, text: str, *, last: bool = False) -> str:
        """Take ``text`` and return what of it, and of what was held back, is certain."""
        self._held += text
        shown = ""
        while not self.stopped:
            at, mark = self._first_mark()
            if not mark:
                break
            shown += self._outside(self._held[:at])
            self._held = self._held[at + len(mark) :]
            self.stopped = mark in self._stop and not self._thinking
            self._thinking = mark == THINKING
        if not self.stopped:
            kept = 0 if last else _overlap(self._held, self._marks())
            certain = self._held[: len(self._held) - kept]
            shown += self._outside(certain)
            self._held = self._held[len(certain) :]
        return self._without_margin(shown)

    def thought(self) -> str:
        """Return what was thought since the last call."""
        thought, self._thought = self._thought, ""
        return thought

    def _outside(self, text: str) -> str:
        """Return ``text`` where it is no thinking, and keep it apart where it is."""
        if not self._thinking:
            return text
        self._thought += text
        return ""

    def _marks(self) -> tuple[str, ...]:
        return (THOUGHT,) if self._thinking else (*self._stop, THINKING, THOUGHT)

    def _first_mark(self) -> tuple[int, str]:
        found = [(self._held.find(mark), -len(mark), mark) for mark in self._marks()]
        at, _, mark = min((f for f in found if f[0] >= 0), default=(-1, 0, ""))
        return at, mark

    def _without_margin(self, text: str) -> str:
        """A reply begins with its first word, not with the empty line after the thinking."""
        if not self._begun:
            text = text.lstrip()
            self._begun = bool(text)
        return text


def _overlap(text: str, marks: Sequence[str]) -> int:
    """Return the length of the longest end of ``text`` that begins one of ``marks``."""
    longest = min(len(text), max(map(len, marks)) - 1)
    ends = (n for n in range(longest, 0, -1) if any(m.startswith(text[-n:]) for m in marks))
    return next(ends, 0)


@cache
def _bytes_of_signs() -> dict[str, int]:
    """Return the byte of each sign of a byte-level vocabulary.

    GPT-2's table: bytes that are visible characters in Latin-1 stand for themselves, the others
    for the characters from 256 on, in order.
    """
    visible = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    hidden = [byte for byte in range(256) if byte not in visible]
    return {chr(byte): byte for byte in visible} | {
        chr(256 + n): byte for n, byte in enumerate(hidden)
    }

"""What a reader makes of a line: letters with places, and words made of them."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Letter:
    """One letter of a line; no space.

    Attributes:
        text: One character, as a rule.
        score: What the reader gives it, 0 to 1.
        start: Where it begins, as a share of the line's width, 0 to 1.
        end: Where it ends.
        spaced: Whether a space stands before it.
    """

    text: str
    score: float
    start: float
    end: float
    spaced: bool = False

    @property
    def place(self) -> float:
        """Its middle."""
        return (self.start + self.end) / 2


Letters = tuple[Letter, ...]


def text_of(letters: Sequence[Letter]) -> str:
    """Return the text of a line."""
    return "".join(" " * letter.spaced + letter.text for letter in letters).strip()


def score_of(letters: Sequence[Letter]) -> float:
    """Return the mean score of a line's letters; 0 where there are none."""
    return float(np.mean([letter.score for letter in letters])) if letters else 0.0


def words_of(letters: Sequence[Letter]) -> Iterator[Letters]:
    """Yield the letters of each word."""
    word: list[Letter] = []
    for letter in letters:
        if letter.spaced and word:
            yield tuple(word)
            word = []
        word.append(letter)
    if word:
        yield tuple(word)


def is_hangul(text: str) -> bool:
    """Whether a character is a Hangul syllable."""
    return "가" <= text[:1] <= "힣"


def is_latin(text: str) -> bool:
    """Whether a character is a letter of the Latin script."""
    return text[:1].isalpha() and unicodedata.name(text[0], "").startswith("LATIN")


def is_foreign(text: str) -> bool:
    """Whether a character is an ideograph or kana: what Hangul looks like to the first reader."""
    name = unicodedata.name(text[0], "") if text else ""
    return name.startswith(("CJK", "HIRAGANA", "KATAKANA"))

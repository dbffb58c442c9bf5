"""Two readings of one line: where they agree, where they differ, and how sure that makes us.

What a second reader says differently is offered beside the first reading. It takes its place
only when it is clearly the better one, and then the first reading is what is offered.
"""

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from portfolio_core.engines.ocr import Line, Word

_CLEARLY = 0.9
"""A second reading that is right with this probability takes the first one's place."""
# How far a probability is believed at all: those of a decoder are no measured shares.
_LEAST, _MOST = 0.02, 0.98
_MOST_OF_SECOND = 0.9
_PUNCTUATION = string.punctuation + "“”‘’„«»…–—·•"
_ALIKE = str.maketrans("“”„‘’`–—", "\"\"\"'''--")
_SPACE_BEFORE_SIGN = re.compile(r"\s+([.,;:!?%)\]])")


@dataclass(frozen=True)
class Reading:
    """What a reader made of a line.

    Attributes:
        text: As read.
        score: Geometric mean of its tokens' probabilities, 0 to 1; not calibrated.
        reader: Key of the model.
    """

    text: str
    score: float
    reader: str


def compared(line: Line, second: Reading) -> Line:
    """Return ``line`` with its words marked where ``second`` differs.

    The probabilities follow from Bayes' rule for two readers that err independently of each
    other. Case, the shape of quotes and dashes, and punctuation at the ends of words make no
    difference: readers were taught different habits there.

    Args:
        line: The first reading; without words, the whole line counts as one.
        second: Another reading of the same line.
    """
    words = line.words or (Word(line.text, line.confidence, line.polygon),)
    others = shares([word.text for word in words], second.text)
    marked = tuple(
        _marked(word, other, second, line.reader) for word, other in zip(words, others, strict=True)
    )
    same = all(alike(word.text, other) for word, other in zip(words, others, strict=True))
    return replace(
        line,
        text=" ".join(word.text for word in marked if word.text),
        confidence=(confirmed if same else doubted)(line.confidence, second.score),
        words=marked,
    )


def shares(words: Sequence[str], other: str) -> list[str]:
    """Divide another reading of a line among the words of the first.

    Args:
        words: The first reading.
        other: The whole line by the second; it may have its spaces elsewhere.

    Returns:
        For each word, what stands in its place in ``other``; empty where nothing does.
    """
    owners = [index for index, word in enumerate(words) for c in word if not c.isspace()]
    letters = _plain("".join(words))
    if not letters:
        return [_tidy(other) if index == 0 else "" for index in range(len(words))]
    places = [place for place, c in enumerate(other) if not c.isspace()]
    reach: list[list[int]] = [[] for _ in words]
    for owner, mine in _owned(owners, letters, other, places):
        reach[owner].extend(mine)
    return [_tidy(other[min(mine) : max(mine) + 1]) if mine else "" for mine in reach]


def alike(one: str, other: str) -> bool:
    """Return whether two readings of a word say the same."""
    return _core(one) == _core(other)


def confirmed(first: float, second: float) -> float:
    """Return how sure a reading is when a second reader agrees."""
    first, second = _believed(first, second)
    return max(first, first * second / (first * second + (1 - first) * (1 - second)))


def doubted(first: float, second: float) -> float:
    """Return how sure a reading is when a second reader differs."""
    return min(_believed(first, second)[0], 1 - preferred(first, second))


def preferred(first: float, second: float) -> float:
    """Return how sure the second reading is when the two differ."""
    first, second = _believed(first, second)
    return (1 - first) * second / ((1 - first) * second + first * (1 - second))


def _believed(first: float, second: float) -> tuple[float, float]:
    return min(max(first, _LEAST), _MOST), min(max(second, _LEAST), _MOST_OF_SECOND)


def _marked(word: Word, other: str, second: Reading, first_reader: str) -> Word:
    if alike(word.text, other):
        return replace(word, confidence=confirmed(word.confidence, second.score))
    better = preferred(word.confidence, second.score)
    if other and better >= _CLEARLY:
        offered = any(c.isalnum() for c in word.text)  # a sign for "unreadable" is no reading
        return replace(
            word,
            text=_in_case_of(word.text, other),
            confidence=better,
            other=word.text if offered else "",
            other_reader=first_reader if offered else "",
        )
    return replace(
        word,
        confidence=doubted(word.confidence, second.score),
        other=other,
        other_reader=second.reader if other else "",
    )


def _owned(
    owners: list[int], letters: str, other: str, places: list[int]
) -> list[tuple[int, list[int]]]:
    """Pair each word's number with places in ``other``, step by step of the alignment."""
    theirs = _plain(other)
    pairs: list[tuple[int, list[int]]] = []
    for step in Levenshtein.opcodes(letters, theirs):
        mine = places[step.dest_start : step.dest_end]
        if step.tag == "insert":
            pairs.append((_neighbour(owners, step.src_start, other, mine), mine))
        elif step.tag != "delete":
            pairs.extend(
                (owner, [place])
                for owner, place in zip(owners[step.src_start : step.src_end], mine, strict=True)
            )
    return pairs


def _neighbour(owners: list[int], position: int, other: str, added: list[int]) -> int:
    """Return the word to which letters belong that only the second reader saw."""
    before = owners[max(position - 1, 0)]
    after = owners[min(position, len(owners) - 1)]
    start, end = added[0], added[-1] + 1
    belongs_to_next = other[:start].endswith(" ") and not other[end:].startswith(" ")
    return after if belongs_to_next and end < len(other) else before


def _plain(text: str) -> str:
    """Return the letters to compare: no spaces, no case; as many as there are, in order."""
    lowered = (c.lower() for c in text.translate(_ALIKE) if not c.isspace())
    return "".join(c if len(c) == 1 else c[0] for c in lowered)


def _core(text: str) -> str:
    plain = _plain(text)
    return plain.strip(_PUNCTUATION) or plain


def _tidy(text: str) -> str:
    return _SPACE_BEFORE_SIGN.sub(r"\1", " ".join(text.split()))


def _in_case_of(first: str, second: str) -> str:
    """Give ``second`` the case of ``first``; some readers know capitals only."""
    if not second.isupper() or first.isupper() or not any(c.islower() for c in first):
        return second
    return second.capitalize() if first[:1].isupper() else second.lower()

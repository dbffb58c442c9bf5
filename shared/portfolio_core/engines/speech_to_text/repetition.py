"""A recogniser that goes round in circles: the phrase is kept once, and what follows it is cut.

People repeat themselves, too: "no, no, no" and the refrain of a song stay as they are.
"""

from collections.abc import Sequence

_LONGEST_PHRASE = 12  # words
_MOST_ROUNDS = {1: 5, 2: 4, 3: 4}
"""Rounds of a phrase of so many words that are speech; of longer ones, two are."""
_MOST_ROUNDS_OF_MORE = 2


def without_loops(words: Sequence[str]) -> list[int]:
    """Return the places of the words that stay, where each loop goes round only once."""
    kept = list(range(len(words)))
    plain = [_plain(word) for word in words]
    place = 0
    while place < len(kept):
        length, rounds = _loop_at(plain, place)
        del kept[place + length : place + length * rounds]
        del plain[place + length : place + length * rounds]
        place += 1
    return kept


def _loop_at(plain: Sequence[str], place: int) -> tuple[int, int]:
    """Return the length and the rounds of the loop that begins at ``place``; 0 rounds for none."""
    for length in range(1, min(_LONGEST_PHRASE, len(plain) - place) + 1):
        phrase, rounds = plain[place : place + length], 1
        while plain[place + rounds * length : place + (rounds + 1) * length] == phrase:
            rounds += 1
        if rounds > _MOST_ROUNDS.get(length, _MOST_ROUNDS_OF_MORE):
            return length, rounds
    return 0, 0


def _plain(text: str) -> str:
    """Return a word as it sounds; a sign alone stays what it is."""
    return "".join(filter(str.isalnum, text)).casefold() or text

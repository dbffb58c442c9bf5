"""All that the model learns from and is measured on, put together."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import get_args

from portfolio_core.engines.chat import Message
from portfolio_core.training.language_model import small_talk, sources
from portfolio_core.training.language_model.chance import chance
from portfolio_core.training.language_model.rows import Encoder, Row
from portfolio_core.training.language_model.sources import Conversation, Language

# What a page may tell the model before a talk: it shall know that such a message can be there.
_SYSTEM = (
    "You are a helpful assistant.",
    "You are a kind chat partner. Answer shortly.",
    "당신은 친절한 도우미입니다.",
    "짧고 다정하게 대답하세요.",
)
_WITH_SYSTEM = 0.06
_SHORT = 2  # messages
_LATER = 1000  # number of the first pass over daily rows: its small talk is new, too


class Corpus:
    """Conversations from the files of others and from our own small talk.

    The small talk is written anew for each pass over the data; none of it is held out, since
    its texts come from few patterns and would flatter the figures.
    """

    def __init__(self, data: Path, talk: Path, seed: int) -> None:
        """Read both.

        Args:
            data: Folder with the files that :mod:`sources` names.
            talk: Folder with ``en.txt`` and ``ko.txt``; see :mod:`small_talk`.
            seed: Of what is written anew.

        Raises:
            FileNotFoundError: a file is missing.
        """
        found = sources.read(data)
        self.learnt = [one for one in found if not one.held_out]
        self.held_out = [one for one in found if one.held_out]
        self._topics = {name: small_talk.read(talk / f"{name}.txt") for name in get_args(Language)}
        self._seed = seed

    def written(self, number: int) -> list[Conversation]:
        """Return the small talk of a pass, with a system's message here and there."""
        random = chance(self._seed, "talk", number)
        made: list[Conversation] = []
        for language, topics in self._topics.items():
            made += small_talk.conversations(topics, language, random)
        return [_with_system(one, random) for one in made]

    def texts(self) -> Iterator[str]:
        """Yield all text to learn the vocabulary from."""
        for one in (*self.learnt, *self.written(0)):
            for message in one.messages:
                yield message.text

    def rows(self, encode: Encoder) -> Callable[[int], list[Row]]:
        """Return what gives the rows of each pass."""
        fixed = [encode(one) for one in self.learnt]
        return lambda number: [*fixed, *map(encode, self.written(number))]

    def daily_rows(self, encode: Encoder) -> Callable[[int], list[Row]]:
        """Return what gives the rows of each pass over what visitors say first.

        That is the small talk; with it a third of the short talks of the files, another one
        for each pass, lest they be forgotten.
        """
        short = [encode(one) for one in self.learnt if len(one.messages) == _SHORT]

        def rows(number: int) -> list[Row]:
            return [*short[number % 3 :: 3], *map(encode, self.written(_LATER + number))]

        return rows


def _with_system(one: Conversation, random: Random) -> Conversation:
    if random.random() >= _WITH_SYSTEM:
        return one
    return replace(one, messages=(Message("system", random.choice(_SYSTEM)), *one.messages))

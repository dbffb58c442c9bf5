"""Small talk written here: what most visitors say first, and facts a small model can hold.

A file of it is a list of topics. A topic has ways to say one thing and replies that fit each
of them; with values, it is a table of facts. From a topic come as many conversations as its
texts, values and ways of writing allow.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random

from portfolio_core.training.language_model.sources import Conversation, Language, exchange

SOURCE = "small talk"
_COMMENT, _REPLY, _VALUES, _NUMBERS = "#", "= ", "- ", "@"
# Conversations of a topic without values, for each of its ways; of one with, for each value.
_PER_WAY, _PER_VALUE = 4, 4
# Digits that are read with a vowel at the end in Korean.
_WITH_VOWEL = (2, 4, 5, 9)
_CHAINED = 0.3
"""Share of conversations that begin with an earlier exchange or two on something else."""


@dataclass(frozen=True)
class Topic:
    """Ways to say one thing, and what to reply.

    Attributes:
        ways: What a user says, with {0}, {1}, ... where values stand.
        replies: Each fits each of the ways.
        values: Rows of values; one empty row where there are none.
    """

    ways: tuple[str, ...]
    replies: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]


def read(file: Path) -> list[Topic]:
    """Read the topics of a file: blocks with an empty line between them; see its head."""
    blocks = re.split(r"\n\s*\n", file.read_text("utf-8"))
    return [_topic(lines) for block in blocks if (lines := _lines(block))]


def conversations(
    topics: Sequence[Topic], language: Language, random: Random
) -> list[Conversation]:
    """Return conversations on all topics, other ones for each state of ``random``."""
    pairs = [pair for topic in topics for pair in _pairs(topic, random)]
    made = []
    for prompt, reply in pairs:
        earlier = random.randint(1, 2) if random.random() < _CHAINED else 0
        said = [*(random.choice(pairs) for _ in range(earlier)), (prompt, reply)]
        messages = tuple(message for pair in said for message in exchange(*pair))
        made.append(Conversation(messages, language, SOURCE))
    return made


def _lines(block: str) -> list[str]:
    return [line for line in block.splitlines() if line.strip() and line[0] != _COMMENT]


def _topic(lines: Sequence[str]) -> Topic:
    values = [tuple(line[2:].split("; ")) for line in lines if line.startswith(_VALUES)]
    for line in lines:
        if line.startswith(_NUMBERS):
            name, most = line[1:].split()
            values += _TABLES[name](int(most))
    return Topic(
        tuple(way.strip() for way in lines[0].split("|")),
        tuple(line[2:] for line in lines if line.startswith(_REPLY)),
        tuple(values) or ((),),
    )


def _pairs(topic: Topic, random: Random) -> Iterator[tuple[str, str]]:
    for values in topic.values:
        ways = random.choices(topic.ways, k=_PER_VALUE) if values else topic.ways * _PER_WAY
        for way in ways:
            reply = random.choice(topic.replies).format(*values)
            yield _as_typed(way.format(*values), random), reply[0].upper() + reply[1:]


def _as_typed(text: str, random: Random) -> str:
    """Return ``text`` as one may type it: with its signs and capitals, or without."""
    bare = text.rstrip("?!.")
    ways: tuple[Callable[[], str], ...] = (
        lambda: text,
        lambda: text,
        lambda: bare,
        text.lower,
        bare.lower,
        lambda: text if text != bare else bare + random.choice((".", "!", "~")),
        lambda: bare.replace(" ", "") if not bare.isascii() else text,
    )
    return random.choice(ways)()


def _sums(most: int) -> list[tuple[str, ...]]:
    return [_row(a, b, a + b) for a, b in product(range(most + 1), repeat=2)]


def _differences(most: int) -> list[tuple[str, ...]]:
    return [_row(a, b, a - b) for a, b in product(range(most + 1), repeat=2) if a >= b]


def _products(most: int) -> list[tuple[str, ...]]:
    return [_row(a, b, a * b) for a, b in product(range(most + 1), repeat=2)]


def _row(first: int, second: int, result: int) -> tuple[str, ...]:
    """Return the values of a sum: its numbers, and the Korean particle after the second."""
    particle = "는" if second % 10 in _WITH_VOWEL else "은"
    return str(first), str(second), str(result), particle


_TABLES = {"sums": _sums, "differences": _differences, "products": _products}

"""Rows as a model reads them: the ids of serving, and which of them are the reply.

The prompt comes from the very class that the chat engine prompts with, so a special token that
stands in a row is plain text here, too, and a model meets in serving what it met in training.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.chat.prompting import Prompter
from portfolio_core.training.lora.plan import Plan
from portfolio_core.training.lora.rows import Data, Row

Ids = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Example:
    """One reply and what it replies to.

    Attributes:
        ids: Prompt, reply and the token that ends it, shape (tokens,).
        reply: How many of them, at the end, are learnt.
    """

    ids: Ids
    reply: int


@dataclass(frozen=True)
class Split:
    """Examples to learn from, and some kept apart.

    Attributes:
        learnt: Of the rows learnt from.
        held_out: Of the others.
        rows: Rows learnt from.
        held_out_rows: The others themselves.
    """

    learnt: tuple[Example, ...]
    held_out: tuple[Example, ...]
    rows: tuple[Row, ...]
    held_out_rows: tuple[Row, ...]

    @property
    def lengths(self) -> Ids:
        """Tokens of each example that is learnt, in rising order."""
        return np.sort(np.array([len(example.ids) for example in self.learnt]))


class Encoder:
    """Turns rows into examples for one tokenizer."""

    def __init__(self, tokenizer: Any) -> None:  # noqa: ANN401 - transformers has no types
        """Take a chat tokenizer of ``transformers``."""
        self._prompter = Prompter(tokenizer)
        self._end = int(tokenizer.eos_token_id)

    def examples(self, row: Row) -> list[Example]:
        """Return one example for each reply of ``row``.

        Each has the prompt that serving would have made: there, earlier replies are told in
        another way than the one that is written, so one sequence cannot stand for all.
        """
        found = []
        for place, message in enumerate(row):
            if message.role == "assistant":
                reply = [*self._prompter.plain(message.text), self._end]
                ids = [*self._prompter.ids(row[:place]), *reply]
                found.append(Example(np.array(ids, dtype=np.int64), len(reply)))
        return found


def split(data: Data, encoder: Encoder, plan: Plan) -> Split:
    """Encode the rows and keep some apart; rows with one question stay together.

    A row none of whose examples has at most ``plan.length`` tokens is rejected: a reply that is
    cut off would teach to break off.

    Raises:
        NoUsableRows: none is left to learn from.
    """
    fitting: list[tuple[Row, list[Example]]] = []
    for number, row in data.rows.items():
        examples = [e for e in encoder.examples(row) if len(e.ids) <= plan.length]
        if examples:
            fitting.append((row, examples))
        else:
            data.reject("too_long", number)
    if not fitting:
        raise data.none_left()
    apart = _held_out([row for row, _ in fitting], plan)
    sides: tuple[list[tuple[Row, list[Example]]], ...] = ([], [])
    for place, pair in enumerate(fitting):
        sides[place in apart].append(pair)
    learnt, held_out = sides
    return Split(
        tuple(e for _, examples in learnt for e in examples),
        tuple(e for _, examples in held_out for e in examples),
        tuple(row for row, _ in learnt),
        tuple(row for row, _ in held_out),
    )


def _held_out(rows: Sequence[Row], plan: Plan) -> set[int]:
    """Return the places of the rows that are kept apart."""
    questions: dict[str, list[int]] = {}
    for place, row in enumerate(rows):
        asked = next(message.text for message in row if message.role == "user")
        questions.setdefault(asked, []).append(place)
    wanted = min(plan.held_out_rows, round(plan.held_out * len(rows)))
    if plan.held_out and plan.held_out_rows and len(questions) > 1:
        wanted = max(1, wanted)
    apart: set[int] = set()
    groups = list(questions.values())
    for choice in np.random.default_rng(plan.seed).permutation(len(groups)):
        # A question with many answers may be more than is wanted; one always stays to learn from.
        if len(apart) + len(groups[choice]) <= wanted:
            apart.update(groups[choice])
    return apart

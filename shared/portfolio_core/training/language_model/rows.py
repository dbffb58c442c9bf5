"""From conversations to batches of token ids."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.chat.prompting import Prompter
from portfolio_core.training.language_model.sources import Conversation
from portfolio_core.training.language_model.vocabulary import END_OF_MESSAGE

IGNORED = -100
"""Target of a position that counts for nothing, as PyTorch has it."""
# Rows of one sorting by length: neighbours fit, and the order stays one of chance.
_SORTED_TOGETHER = 2048


@dataclass(frozen=True)
class Row:
    """A conversation as the model reads it.

    Attributes:
        ids: Its token ids, with the one that ends the reply.
        reply: Where in them the last reply begins.
    """

    ids: tuple[int, ...]
    reply: int

    @property
    def share(self) -> float:
        """Share of its tokens that are of the last reply."""
        return 1 - self.reply / len(self.ids)


@dataclass(frozen=True)
class Batch:
    """Rows side by side, the shorter ones filled up at their end.

    Attributes:
        ids: Token ids, int64, shape (rows, length).
        targets: What follows each of them, int64, same shape; ``IGNORED`` where nothing counts.
    """

    ids: npt.NDArray[np.int64]
    targets: npt.NDArray[np.int64]


class Encoder:
    """Encodes conversations exactly as they are when the model serves."""

    def __init__(self, prompter: Prompter, longest: int) -> None:
        """Encode with ``prompter``; of rows over ``longest`` tokens the oldest part is left out."""
        self._prompter = prompter
        self._longest = longest
        self._end = prompter.special[END_OF_MESSAGE]

    def __call__(self, conversation: Conversation) -> Row:
        """Return the row of a conversation."""
        *before, reply = conversation.messages
        said = [*self._prompter.plain(reply.text), self._end]
        prompt, _ = self._prompter.fit(before, self._longest - len(said))
        return Row((*prompt, *said), len(prompt))


def batches(rows: Iterable[Row], tokens: int, random: Random, *, whole: bool) -> Iterator[Batch]:
    """Yield all rows once, in an order of chance, rows of like length together.

    Args:
        rows: The rows.
        tokens: Most tokens of a batch, filling included; a longer row is a batch of its own.
        random: Decides the order.
        whole: Whether each token counts, or those of the last reply only.
    """
    shuffled = list(rows)
    random.shuffle(shuffled)
    groups: list[list[Row]] = []
    for start in range(0, len(shuffled), _SORTED_TOGETHER):
        part = sorted(shuffled[start : start + _SORTED_TOGETHER], key=lambda row: len(row.ids))
        groups += _filled(part, tokens)
    random.shuffle(groups)
    for group in groups:
        yield batch(group, whole=whole)


def batch(rows: Sequence[Row], *, whole: bool) -> Batch:
    """Put rows side by side; see :func:`batches`."""
    longest = max(len(row.ids) for row in rows)
    ids = np.zeros((len(rows), longest), np.int64)
    targets = np.full((len(rows), longest), IGNORED, np.int64)
    for n, row in enumerate(rows):
        ids[n, : len(row.ids)] = row.ids
        first = 0 if whole else row.reply - 1
        targets[n, first : len(row.ids) - 1] = row.ids[first + 1 :]
    return Batch(ids, targets)


def _filled(rows: Sequence[Row], tokens: int) -> Iterator[list[Row]]:
    """Cut rows, the shortest first, into groups of at most ``tokens`` tokens."""
    group: list[Row] = []
    for row in rows:
        if group and (len(group) + 1) * len(row.ids) > tokens:
            yield group
            group = []
        group.append(row)
    if group:
        yield group

"""Examples put together for the model, and their order: functions of the seed alone.

Because nothing else decides, a training that is taken up at a step sees what it would have seen.
"""

from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from portfolio_core.training.lora.examples import Example, Ids
from portfolio_core.training.lora.plan import Plan


@dataclass(frozen=True)
class Batch:
    """What the model reads at once.

    Attributes:
        ids: Shape (rows, tokens).
        positions: Place of each token in its example, same shape. Where it falls back to 0
            another example begins, which attention does not look across; none for one a row.
        read: Places in the flattened ids whose next token is learnt, shape (learnt,).
        targets: Those next tokens, same shape.
        tokens: Tokens that are no padding.
    """

    ids: Ids
    positions: Ids | None
    read: Ids
    targets: Ids
    tokens: int


def batches(examples: Sequence[Example], plan: Plan) -> list[Batch]:
    """Put all ``examples`` together, each once."""
    order = np.random.default_rng([plan.seed, 1]).permutation(len(examples))
    shuffled = [examples[place] for place in order]
    if plan.batching == "sorted":
        return [_side_by_side(group) for group in _like(shuffled, plan.length)]
    return [_in_a_row(group) for group in _packs(shuffled, plan.length)]


class Schedule:
    """Which batches each step of a training takes."""

    def __init__(self, made: Sequence[Batch], plan: Plan, processes: int = 1) -> None:
        """Order ``made`` for as many processes."""
        self._batches, self._seed = made, plan.seed
        self._together = max(plan.batch, processes)
        self._epoch = -(-len(made) // self._together)
        self.steps = plan.steps or max(1, round(plan.epochs * self._epoch))

    def at(self, step: int) -> list[Batch]:
        """Return the batches of ``step``, from 1, of all processes together."""
        epoch, place = divmod(step - 1, self._epoch)
        order = np.random.default_rng([self._seed, 2, epoch]).permutation(len(self._batches))
        chosen = order[place * self._together : (place + 1) * self._together]
        return [self._batches[number] for number in chosen]


def _packs(examples: Sequence[Example], length: int) -> list[list[Example]]:
    """Fill packs of ``length`` tokens: each example goes where it leaves the least room."""
    packs: list[list[Example]] = []
    rooms: list[tuple[int, int]] = []  # room and number of a pack, in rising order
    for example in examples:
        size = len(example.ids)
        place = bisect_left(rooms, (size, -1))
        if place == len(rooms):
            packs.append([])
            room, number = length, len(packs) - 1
        else:
            room, number = rooms.pop(place)
        packs[number].append(example)
        insort(rooms, (room - size, number))
    return packs


def _like(examples: Sequence[Example], length: int) -> list[list[Example]]:
    """Group examples of like length, as many as have ``length`` tokens with their padding."""
    groups: list[list[Example]] = []
    for example in sorted(examples, key=lambda e: -len(e.ids)):
        if not groups or (len(groups[-1]) + 1) * len(groups[-1][0].ids) > length:
            groups.append([])
        groups[-1].append(example)
    return groups


def _in_a_row(group: Sequence[Example]) -> Batch:
    ends = np.cumsum([len(e.ids) for e in group])
    ids = np.concatenate([e.ids for e in group])
    read = np.concatenate([_read(e, int(end)) for e, end in zip(group, ends, strict=True)])
    positions = np.concatenate([np.arange(len(e.ids)) for e in group])
    return Batch(ids[None], positions[None], read, ids[read + 1], len(ids))


def _side_by_side(group: Sequence[Example]) -> Batch:
    # Padding stands at the end, where nothing that counts looks at it: it needs no mask.
    width = max(len(e.ids) for e in group)
    ids = np.stack([np.pad(e.ids, (0, width - len(e.ids))) for e in group])
    read = np.concatenate([_read(e, n * width + len(e.ids)) for n, e in enumerate(group)])
    tokens = sum(len(e.ids) for e in group)
    return Batch(ids, None, read, ids.ravel()[read + 1], tokens)


def _read(example: Example, end: int) -> npt.NDArray[np.int64]:
    """Return the places before those of the reply, in an example that ends before ``end``."""
    return np.arange(end - example.reply - 1, end - 1)

"""Callers who wait at one engine for the same kind of work are served in one go.

Most engines take several texts or pictures in little more than the time of one. Whoever's turn
it is takes along those right behind him; nobody waits for others to come, so that a caller
alone is served as fast as ever. What each one gets is what he would have got alone.
"""

from collections.abc import Callable, Generator, Hashable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

from portfolio_core.errors import PortfolioError
from portfolio_core.workload import Place

E = TypeVar("E")
T = TypeVar("T")
R = TypeVar("R")

MOST_ITEMS = 256
"""Most items of several callers in one call of an engine."""

Call = Callable[[E, Sequence[T], Callable[[], None]], Sequence[R]]
"""Makes the result of each item, in their order; calls its third argument now and then."""


@dataclass
class Share(Generic[T, R]):
    """What one caller wants of a call, and gets.

    Attributes:
        kind: What the call depends on beside the items; equal kinds are served together.
        items: What he wants to have worked on.
        results: That of each item; none as long as nobody has worked for him.
    """

    kind: Hashable
    items: Sequence[T]
    results: Sequence[R] | None = None


_Shares = dict[Place[Any], Share[T, R]]


def results(
    place: Place[E], kind: Hashable, items: Sequence[T], call: Call[E, T, R]
) -> Generator[Sequence[R] | None]:
    """Yield None while the caller waits, and then the result of each of his items.

    Args:
        place: His place in the queue.
        kind: See :class:`Share`.
        items: Likewise.
        call: Does the work for any number of items; that of the first of a batch is used.

    Raises:
        PortfolioError: the wait was too long, or the work raised it.
    """
    mine: Share[T, R] = offered(place, kind, items)
    for _ in place.waiting():
        yield None
    yield worked(place, mine, call)


def offered(place: Place[Any], kind: Hashable, items: Sequence[T]) -> Share[T, R]:
    """Let whoever's turn comes first work for this caller, too; return what he will get.

    Once his turn has come, :func:`worked` has the results; with some in the share already, he
    needs no engine.
    """
    mine: Share[T, R] = Share(kind, items)
    place.share = mine
    return mine


def worked(place: Place[E], mine: Share[T, R], call: Call[E, T, R]) -> Sequence[R]:
    """Return the results of a caller whose turn has come, and have those right behind served.

    Raises:
        PortfolioError: the work raised it.
    """
    if mine.results is not None:
        return mine.results
    engine = place.engine()
    shares = {place: mine, **_taken_along(place, mine)}
    try:
        if len(shares) > 1:
            return _worked_for_all(engine, shares, call)
    except PortfolioError:
        place.check()  # where the work goes on, it is alone: what the others sent may be the cause
    finally:
        for other in shares:
            other.carried = False
    return call(engine, mine.items, place.check)


def _taken_along(place: Place[E], mine: Share[T, R]) -> _Shares[T, R]:
    """Return those right behind who want the same kind of work, as far as there is room."""
    room = MOST_ITEMS - len(mine.items)
    along: _Shares[T, R] = {}
    for other in place.behind():
        share = other.share
        if not isinstance(share, Share) or share.kind != mine.kind or len(share.items) > room:
            break
        room -= len(share.items)
        other.carried = True
        along[other] = share
    return along


def _worked_for_all(engine: E, shares: _Shares[T, R], call: Call[E, T, R]) -> Sequence[R]:
    """Do the work of all, let the others go with theirs, and return that of the first."""
    first, *others = shares

    def check() -> None:
        first.raise_if_late()
        if all(place.cancelled for place in shares):
            first.check()

    made = iter(call(engine, [one for share in shares.values() for one in share.items], check))
    mine = list(islice(made, len(shares[first].items)))
    for other in others:
        shares[other].results = list(islice(made, len(shares[other].items)))
        other.leave()
    return mine

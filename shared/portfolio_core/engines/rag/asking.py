"""A caller's question with its settings, checked; and the way from it to answer and passages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

from portfolio_core.engines.rag import Answer, Embedder, Found, Writer, answering, retrieval
from portfolio_core.engines.rag.index import Index
from portfolio_core.errors import NumberOutOfRange, UnknownChoice
from portfolio_core.settings import Limits

MOST_PASSAGES = 20
MODES: tuple[retrieval.Mode, ...] = get_args(retrieval.Mode)


@dataclass(frozen=True)
class Wanted:
    """What is asked, and how to look for it. Callers' values go through :func:`wanted`.

    Attributes:
        question: The question with its history and seed.
        count: Passages to find.
        mode: How they are looked for.
        rerank: Put the best into a better order, where there is an engine for it.
    """

    question: answering.Question
    count: int
    mode: retrieval.Mode
    rerank: bool = False

    def arguments(self) -> dict[str, Any]:
        """Return the endpoint's arguments that ask the same."""
        history = [[turn.question, turn.answer] for turn in self.question.history]
        return {
            "question": self.question.text,
            "history": history,
            "count": self.count,
            "mode": self.mode,
            "seed": self.question.seed,
        }


def wanted(
    question: object,
    history: object,
    count: object,
    mode: object,
    seed: object,
    *,
    limits: Limits,
    rerank: object = False,
) -> Wanted:
    """Check a caller's values, whatever their types.

    Raises:
        InvalidInput: one of them is wrong; see also :func:`answering.request`.
    """
    asked = answering.request(question, history or (), seed, limits=limits)
    number = isinstance(count, int | float) and not isinstance(count, bool)
    if not (number and 1 <= count <= MOST_PASSAGES and count == int(count)):  # type: ignore[operator, call-overload]
        raise NumberOutOfRange("count", count, 1, MOST_PASSAGES)
    for known in MODES:
        if mode == known:
            return Wanted(asked, int(count), known, bool(rerank))  # type: ignore[call-overload]
    raise UnknownChoice("mode", mode, MODES)


@dataclass(frozen=True)
class Asking:
    """One question on its way.

    Attributes:
        wanted: The question.
        index: What is searched; the newest when it was asked.
        embedder: The one that the index was made with.
        reranker: Puts passages into a better order, where there is one.
    """

    wanted: Wanted
    index: Index
    embedder: Embedder
    reranker: retrieval.Reranker | None = None

    def find(self, question: str, limits: Limits) -> Found:
        """Search for a question that stands alone."""
        return retrieval.search(
            self.index,
            self.embedder,
            retrieval.question_of(question, limits),
            self.wanted.count,
            mode=self.wanted.mode,
            reranker=self.reranker if self.wanted.rerank else None,
        )

    def answers(
        self, writer: Writer, limits: Limits, check: Callable[[], None] = lambda: None
    ) -> Iterator[Answer]:
        """Yield the answer while it grows; see :func:`answering.write`."""
        from portfolio_core.engines.rag import chain  # takes a second

        search = partial(self.find, limits=limits)
        parts = chain.Parts(search, writer, embedder=self.embedder, check=check)
        yield from chain.build(parts).stream(self.wanted.question)

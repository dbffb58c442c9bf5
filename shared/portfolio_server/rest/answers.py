"""Answers from documents as this API tells them: whole, or as events while they are written."""

import contextlib
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass, field
from typing import Any

from portfolio_core.engines import rag
from portfolio_core.engines.rag import told
from portfolio_core.errors import PortfolioError
from portfolio_server import errors
from portfolio_server.rest.events import DONE, event
from portfolio_server.rest.shapes import RECIPE, Described, shown

_PASSAGE = {
    "number": 1,
    "id": "a1b2c3",
    "document": "handbook.pdf",
    "page": 3,
    "heading": "Opening hours",
    "text": "The library opens at nine.",
    "scores": {"fused": 0.9, "dense": 0.8, "bm25": 4.2},
}
_FOUND: dict[str, Any] = {"relevant": True, "confidence": 0.93, "passages": [_PASSAGE]}


class Scores(Described):
    """How well a passage fits."""

    fused: float
    dense: float | None
    bm25: float | None


class Passage(Described):
    """A passage that was found."""

    number: int
    id: str
    document: str
    page: int
    heading: str
    text: str
    scores: Scores


class Found(Described):
    """Passages, the best first."""

    model_config = shown(_FOUND)

    relevant: bool
    """Whether the question is about these documents."""
    confidence: float
    passages: list[Passage]


class Sentence(Described):
    """One sentence of an answer."""

    text: str
    citations: list[int]
    """Numbers of the passages it stands on."""
    supported: bool
    """Whether the check found what it says in them."""


class Answer(Found):
    """An answer that can be checked."""

    model_config = shown(
        {
            **_FOUND,
            "text": "It opens at nine [1].",
            "short": "nine",
            "abstained": False,
            "searched": "When does the library open?",
            "writer": "extractive",
            "sentences": [{"text": "It opens at nine.", "citations": [1], "supported": True}],
            "recipe": {**RECIPE, "task": "rag", "model": "extractive"},
        }
    )

    text: str
    """With its marks."""
    short: str
    """The date, number or name that was asked for, where there is one."""
    abstained: bool
    """The documents do not hold the answer."""
    searched: str
    """The question as it was searched."""
    writer: str
    """Key of the model that wrote it."""
    sentences: list[Sentence]
    recipe: dict[str, Any]


@dataclass(frozen=True)
class Stage:
    """An answer so far; with its recipe once it is whole."""

    answer: rag.Answer
    recipe: dict[str, Any] = field(default_factory=dict)


def whole(stage: Stage) -> Answer:
    """Return the answer of the last stage."""
    return Answer(**told.answer(stage.answer), recipe=stage.recipe)


async def events(stages: AsyncGenerator[Stage]) -> AsyncGenerator[str]:
    """Yield what each stage has more than the one before it, and at last the whole."""
    before: rag.Answer | None = None
    try:
        async with contextlib.aclosing(stages):
            async for stage in stages:
                for one in _grown(before, stage.answer):
                    yield event(one)
                before = stage.answer
        yield event({"type": "rag.answer", **whole(stage).model_dump(mode="json")})
    except PortfolioError as error:  # the status is out already: the error is an event
        yield event(errors.body(error))
    yield DONE


def _grown(before: rag.Answer | None, answer: rag.Answer) -> Iterator[dict[str, Any]]:
    if before is None:
        yield {"type": "rag.passages", **told.found(answer.found)}
    known = len(before.sentences) if before else 0
    for sentence in told.answer(answer)["sentences"][known:]:
        yield {"type": "rag.sentence", **sentence}
    if answer.pending and (before is None or answer.pending != before.pending):
        yield {"type": "rag.pending", "text": answer.pending}

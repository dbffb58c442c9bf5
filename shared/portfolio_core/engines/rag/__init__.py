"""Answers from documents: what the parts hand to each other.

Documents become passages, passages an index, a question becomes hits, hits an answer whose
sentences each name the passages they stand on. Embedding and writing are done by engines
that are handed in as callables: this package imports none of them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

TASK = "rag"

Vectors = npt.NDArray[np.float32]
"""Embeddings, shape (n, dimension), float32, each of length 1."""


@dataclass(frozen=True)
class Passage:
    """One passage of a document.

    Attributes:
        id: Unique in its index, made from the content.
        text: What is shown and searched.
        document: Name of the document for people.
        page: Page of the document, from 1.
        heading: Headings above it, outermost first, joined by " > "; may be empty.
        start: First character in the page's text.
        end: One past the last.
    """

    id: str
    text: str
    document: str
    page: int
    heading: str
    start: int
    end: int


@dataclass(frozen=True)
class Hit:
    """A passage found for a question.

    Attributes:
        passage: What was found.
        score: Fused score, larger is better.
        dense: Cosine of question and passage, -1 to 1; none where only words were searched.
        words: BM25 score, 0 or more; none where only meaning was searched.
        rank: Its place, from 1.
    """

    passage: Passage
    score: float
    dense: float | None
    words: float | None
    rank: int


@dataclass(frozen=True)
class Found:
    """What a search returns.

    Attributes:
        hits: Best first.
        relevant: Whether the question is about these documents, judged against how questions
            meet random passages of the same corpus.
        confidence: 0 to 1: how far the best hit stands out from random passages.
    """

    hits: tuple[Hit, ...]
    relevant: bool
    confidence: float


@dataclass(frozen=True)
class Sentence:
    """One sentence of an answer.

    Attributes:
        text: Without its marks.
        citations: Numbers of the hits it stands on, from 1; empty for a sentence without one.
        supported: Whether the check found what it says in those passages.
    """

    text: str
    citations: tuple[int, ...]
    supported: bool


@dataclass(frozen=True)
class Answer:
    """An answer that can be checked.

    Attributes:
        sentences: In order; none while nothing is written yet.
        abstained: The documents do not hold the answer; ``found`` has the nearest passages.
        found: What the answer stands on.
        question: The question as searched: with a history, rewritten to stand alone.
        writer: Key of the model that wrote it; "extractive" where sentences were chosen.
        finished: Whether this is the whole of it.
        pending: What is being written and is not checked yet; empty when finished.
        short: The date, number or name that was asked for, where the question's kind is told
            and the first supported sentence holds one.
    """

    sentences: tuple[Sentence, ...]
    abstained: bool
    found: Found
    question: str
    writer: str
    finished: bool = True
    pending: str = ""
    short: str = ""

    @property
    def text(self) -> str:
        """The answer with its marks: ``It is so [1]. And so [2][3].``."""
        return " ".join(
            s.text + "".join(f" [{n}]" if i == 0 else f"[{n}]" for i, n in enumerate(s.citations))
            for s in self.sentences
        )


@dataclass(frozen=True)
class Turn:
    """One earlier question and its answer."""

    question: str
    answer: str


class Embedder(Protocol):
    """What turns text into vectors; see ``engines/embeddings``."""

    @property
    def key(self) -> str:
        """Key of the model in the catalog."""
        ...

    @property
    def revision(self) -> str:
        """Commit of its weights, or the version of what carries them."""
        ...

    @property
    def dimension(self) -> int:
        """Numbers of a vector."""
        ...

    @property
    def languages(self) -> tuple[str, ...]:
        """What it understands, ISO 639-1; in other languages words and n-grams are searched."""
        ...

    def passages(self, texts: Sequence[str], check: Callable[[], None] = lambda: None) -> Vectors:
        """Embed what will be searched; shape (n, dimension). ``check`` may end it by raising."""
        ...

    def question(self, text: str) -> Vectors:
        """Embed what is asked; shape (1, dimension)."""
        ...


class Writer(Protocol):
    """What writes an answer from numbered passages; see ``engines/chat`` and ``extractive``."""

    key: str
    revision: str

    def write(
        self, question: str, hits: Sequence[Hit], history: Sequence[Turn], seed: int
    ) -> Iterator[str]:
        """Yield the answer in pieces, with marks ``[n]`` behind its sentences."""
        ...

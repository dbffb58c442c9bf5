"""The writer that needs no language model: sentences of the passages, chosen and ordered.

It says nothing of its own. A sentence is chosen by the question's words in it, the rare ones
counting more; by its closeness in meaning, where there is an embedder; by whether it holds the
kind of thing that is asked for; and by the place of its passage. Where no sentence comes close
enough it writes nothing, which is an answer, too.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from portfolio_core.engines.rag import Embedder, Hit, Turn
from portfolio_core.engines.rag.prompt import harmless
from portfolio_core.engines.rag.spans import kind, short_answer
from portfolio_core.engines.rag.wording import Wording, split
from portfolio_core.hardware import Hardware
from portfolio_core.text.clean import language_of

_ITEM = re.compile(r"\A\s*(?:[*+-]|\d+[.)])\s+")
# Two to five words that end without a stop, a line of their own: a heading of a PDF.
_TITLE = re.compile(r"[A-Z][^\W\d]*(?: [^\W\d]+){0,4}")
_MARKUP = re.compile(r"(?<![\w*])\*{1,2}([^*\n]+?)\*{1,2}(?![\w*])")

KEY = "extractive"
MOST_SENTENCES = 3
# Weights of a sentence's score; the first two are shares from 0 to 1.
_WORDS, _AROUND, _MEANING, _KIND, _PLACE = 1.0, 0.4, 1.0, 0.5, 0.2
# The best sentence with what stands around it must speak of so much of the question.
_LEAST_COVERED = 0.4
# A further sentence must come so close to the best one.
_NEARLY_AS_GOOD = 0.8
_SAME = 0.8  # share of its words that makes a sentence a repetition


@dataclass(frozen=True)
class _Candidate:
    text: str
    hit: int
    covered: float
    around: float
    score: float = 0.0


class ExtractiveWriter:
    """A :class:`Writer` that quotes."""

    key = KEY
    revision = "1"

    def __init__(self, embedder: Embedder | None = None) -> None:
        """Judge meaning by ``embedder``; without one, words alone decide."""
        self._embedder = embedder

    @classmethod
    def load(cls, folder: Path | None, hardware: Hardware) -> Self:  # noqa: ARG003 - needs neither
        """Make it ready, without an embedder."""
        return cls()

    def write(
        self,
        question: str,
        hits: Sequence[Hit],
        history: Sequence[Turn],  # noqa: ARG002 - the question stands alone by now
        seed: int,  # noqa: ARG002 - nothing is drawn
    ) -> Iterator[str]:
        """Yield the sentences, the one with the answer first, each with its mark."""
        for candidate in self._chosen(question, hits):
            yield f"{_bare(candidate.text)} [{candidate.hit + 1}]\n"

    def _chosen(self, question: str, hits: Sequence[Hit]) -> list[_Candidate]:
        candidates = self._scored(question, _candidates(question, hits))
        if not candidates:
            return []
        first = candidates[0]
        if max(first.covered, first.around) < _LEAST_COVERED:
            return []
        chosen = [first]
        for candidate in candidates[1:]:
            if len(chosen) == MOST_SENTENCES or candidate.score < _NEARLY_AS_GOOD * first.score:
                break
            if not any(_repeats(candidate, other) for other in chosen):
                chosen.append(candidate)
        return chosen

    def _scored(self, question: str, candidates: list[_Candidate]) -> list[_Candidate]:
        """Return the candidates with their scores, best first."""
        meanings = self._meanings(question, [c.text for c in candidates])
        wanted = kind(question)

        def score(candidate: _Candidate, meaning: float) -> float:
            holds = wanted is not None and bool(short_answer(question, candidate.text))
            return (
                _WORDS * candidate.covered
                + _AROUND * candidate.around
                + _MEANING * meaning
                + _KIND * holds
                + _PLACE / (1 + candidate.hit)
            )

        scored = [
            replace(c, score=score(c, meaning))
            for c, meaning in zip(candidates, meanings, strict=True)
        ]
        return sorted(scored, key=lambda c: -c.score)

    def _meanings(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        understood = self._embedder and language_of(question) in self._embedder.languages
        if self._embedder is None or not understood or not texts:
            return [0.0] * len(texts)
        cosines = self._embedder.passages(texts) @ self._embedder.question(question)[0]
        return [float(cosine) for cosine in cosines]


def _candidates(question: str, hits: Sequence[Hit]) -> list[_Candidate]:
    """Return every sentence of the hits, with how much of the question it covers."""
    asked = Wording(question)
    parts = [(n, split(hit.passage.text)) for n, hit in enumerate(hits)]
    wordings = [Wording(text) for _, texts in parts for text in texts]
    weights = {key: _rarity(key, wordings) for key in asked.keys}
    whole = sum(weights.values()) or 1.0

    def covered(wording: Wording) -> float:
        return sum(w for key, w in weights.items() if wording.has(key)) / whole

    found: list[_Candidate] = []
    for n, texts in parts:
        heading = hits[n].passage.heading
        for at, text in enumerate(texts):
            near = " ".join([heading, *texts[max(0, at - 1) : at + 2]])
            found.append(_Candidate(text, n, covered(Wording(text)), covered(Wording(near))))
    return [c for c in found if _is_sentence(c.text)]


def _rarity(key: str, sentences: Sequence[Wording]) -> float:
    """Return the weight of a word: what few sentences have tells more."""
    return math.log(1 + (len(sentences) + 1) / (1 + sum(s.has(key) for s in sentences)))


def _is_sentence(text: str) -> bool:
    """A heading, a rule or a fence of code is shown as it is, but answers nothing."""
    marked = text.startswith(("#", "```", "|--", "---"))
    return not marked and not _TITLE.fullmatch(text) and len(Wording(text).keys) > 1


def _bare(text: str) -> str:
    """Return a sentence without the signs of Markdown, and without marks of its own."""
    text = _MARKUP.sub(r"\1", _ITEM.sub("", text))
    return harmless(text)


def _repeats(candidate: _Candidate, other: _Candidate) -> bool:
    keys, there = Wording(candidate.text).keys, Wording(other.text)
    return sum(map(there.has, keys)) > _SAME * len(keys)

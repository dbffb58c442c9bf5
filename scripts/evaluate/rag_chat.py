"""How well passages are found, whether strangers are turned away, and how good answers are.

Two sets of questions with known answers: ``squad_en`` has paragraphs and questions on
them, ``docs`` whole documents and questions in the language of each. Ours is judged
beside BM25 alone and vectors alone, over the same passages in the same run. The gate is
judged by questions that have no answer, by asking each question of a corpus whose answering
passages were taken out, and of one about something else.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import rag_answers  # type: ignore[import-not-found]  # stands beside this file

from portfolio_core import hardware, settings
from portfolio_core.engines.embeddings.minilm import MiniLmEngine
from portfolio_core.engines.rag import Embedder, Passage
from portfolio_core.engines.rag.index import Index, searchable
from portfolio_core.engines.rag.retrieval import Mode, search
from portfolio_core.engines.rag.splitting import split
from portfolio_core.media import documents
from portfolio_core.settings import Limits
from portfolio_core.text.clean import clean, language_of

MODES: tuple[Mode, ...] = ("fused", "words", "dense")
DEPTHS = (1, 4, 10)
_NEAR_PERFECT = 0.97  # where either list alone is better, both together need not be
_ENGLISH_BAR = 0.95


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        text: As asked.
        gold: Ids of the passages that answer it; none for a question without an answer.
        document: Which document it is about.
    """

    text: str
    gold: frozenset[str]
    document: str


@dataclass(frozen=True)
class Corpus:
    """Passages, and questions about them."""

    name: str
    passages: tuple[Passage, ...]
    questions: tuple[Question, ...]


@dataclass
class Bars:
    """What must hold, and whether it does."""

    missed: list[str] = field(default_factory=list)

    def hold(self, what: str, *, met: bool) -> None:
        """Print a bar and remember it when it is missed."""
        print(f"- {what}: {'met' if met else '**missed**'}")
        if not met:
            self.missed.append(what)


def evaluate(data: Path) -> bool:
    """Print all findings; return whether every bar is met."""
    embedder = MiniLmEngine.load(None, hardware.detect(settings.current()))
    corpora = [
        corpus for read in (squad, docs) for corpus in by_language(read(data)) if corpus.questions
    ]
    bars = Bars()
    for corpus in corpora:
        judge_retrieval(corpus, embedder, bars)
    for corpus in corpora:
        judge_gate(corpus, embedder)
    rag_answers.judge_answers(data, embedder)
    return not bars.missed


# --- The data ----------------------------------------------------------------------------


def squad(folder: Path) -> Corpus:
    """Read paragraphs, one passage each, and questions on them."""
    passages = tuple(
        Passage(row["id"], row["text"], row["id"].partition("#")[0], 1, "", 0, len(row["text"]))
        for row in _lines(folder / "squad_en" / "paragraphs.jsonl")
    )
    questions = tuple(
        Question(row["question"], frozenset([row["gold"]]), row["gold"].partition("#")[0])
        for row in _lines(folder / "squad_en" / "questions.jsonl")
    )
    return Corpus("squad_en", passages, questions)


def docs(folder: Path) -> Corpus:
    """Read whole documents as a visitor's, and questions on them.

    What answers a question are the passages of its document that hold an answer's words.
    """
    passages: list[Passage] = []
    for path in sorted((folder / "docs").iterdir()):
        if path.suffix != ".jsonl":
            document = documents.read(path, Limits())
            pages = [(page.number, page.text) for page in document.pages]
            passages.extend(split(path.name, pages).passages)
    questions = [
        Question(row["question"], _holding(row["answers"], row["file"], passages), row["file"])
        for row in _lines(folder / "docs" / "questions.jsonl")
    ]
    return Corpus("docs", tuple(passages), tuple(questions))


def by_language(corpus: Corpus) -> list[Corpus]:
    """Return the corpus once for each language, with the questions of it."""
    return [
        Corpus(
            f"{corpus.name}, {language}",
            corpus.passages,
            tuple(q for q in corpus.questions if language_of(q.text) == language),
        )
        for language in ("en", "ko")
    ]


def _holding(answers: Sequence[str], document: str, passages: Iterable[Passage]) -> frozenset[str]:
    wanted = [" ".join(clean(answer).casefold().split()) for answer in answers]
    return frozenset(
        passage.id
        for passage in passages
        if passage.document == document
        and any(answer in " ".join(passage.text.casefold().split()) for answer in wanted)
    )


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


# --- Retrieval ---------------------------------------------------------------------------


def judge_retrieval(corpus: Corpus, embedder: Embedder, bars: Bars) -> None:
    """Print recall and nDCG of each way to search, and hold them to the bars."""
    index = index_of(corpus.passages, embedder)
    asked = [question for question in corpus.questions if question.gold]
    found = {mode: _ranks(index, embedder, asked, mode) for mode in MODES}
    print(f"\n### {corpus.name}: {len(asked)} questions, {len(corpus.passages)} passages\n")
    print("| search | recall@1 | recall@4 | recall@10 | nDCG@10 |\n|---|---|---|---|---|")
    for mode, ranks in found.items():
        figures = [*(recall(ranks, depth) for depth in DEPTHS), ndcg(ranks)]
        print(f"| {mode} | {' | '.join(f'{figure:.3f}' for figure in figures)} |")
    print()
    for depth in DEPTHS:
        fused, words, dense = (recall(found[mode], depth) for mode in MODES)
        best = max(words, dense)
        bars.hold(f"recall@{depth}: both lists no worse than either", met=fused >= best)
        if best < _NEAR_PERFECT:
            bars.hold(f"recall@{depth}: both lists better than either", met=fused > best)
    if corpus.name.endswith("en"):
        bars.hold(
            f"recall@4 at least {_ENGLISH_BAR}", met=recall(found["fused"], 4) >= _ENGLISH_BAR
        )


def index_of(passages: Sequence[Passage], embedder: Embedder) -> Index:
    """Index passages as they are."""
    vectors = embedder.passages([searchable(passage) for passage in passages])
    return Index.empty(embedder.dimension).adding(passages, vectors)


def recall(ranks: Sequence[int | None], depth: int) -> float:
    """Return the share of questions with an answering passage among the first ``depth``."""
    return statistics.fmean(rank is not None and rank <= depth for rank in ranks)


def ndcg(ranks: Sequence[int | None]) -> float:
    """Return the mean gain of the first answering passage, discounted by its rank."""
    return statistics.fmean(0 if rank is None else 1 / math.log2(rank + 1) for rank in ranks)


def _ranks(
    index: Index, embedder: Embedder, asked: Sequence[Question], mode: Mode
) -> list[int | None]:
    """Return the rank of the first answering passage among ten, for each question."""
    found = (search(index, embedder, question.text, max(DEPTHS), mode=mode) for question in asked)
    return [
        next((hit.rank for hit in one.hits if hit.passage.id in question.gold), None)
        for one, question in zip(found, asked, strict=True)
    ]


# --- The gate ----------------------------------------------------------------------------


def judge_gate(corpus: Corpus, embedder: Embedder) -> None:
    """Print how many questions pass that should, and how many are turned away that should."""
    index = index_of(corpus.passages, embedder)
    asked = [question for question in corpus.questions if question.gold]
    told = {
        "answer is there": [_passes(index, embedder, q) for q in asked],
        "no answer in its document": [
            _passes(index, embedder, q) for q in corpus.questions if not q.gold
        ],
        "answering passage taken out": [
            _passes(index.keeping([p.id not in q.gold for p in index.passages]), embedder, q)
            for q in asked
        ],
        "whole document taken out": [
            _passes(index.without(q.document), embedder, q) for q in asked
        ],
    }
    print(f"\n### Gate, {corpus.name}\n\n| questions | asked | pass |\n|---|---|---|")
    for kind, passed in told.items():
        if passed:
            print(f"| {kind} | {len(passed)} | {statistics.fmean(passed):.3f} |")
    _print_precision(told)


def _print_precision(told: Mapping[str, Sequence[bool]]) -> None:
    kept, *strangers = told.values()
    turned = sum(not passed for kind in strangers for passed in kind)
    unjust = sum(not passed for passed in kept)
    away = sum(map(len, strangers))
    print(
        f"\nTurning away: precision {turned / max(1, turned + unjust):.3f}, "
        f"recall {turned / max(1, away):.3f}"
    )


def _passes(index: Index, embedder: Embedder, question: Question) -> bool:
    return search(index, embedder, question.text).relevant

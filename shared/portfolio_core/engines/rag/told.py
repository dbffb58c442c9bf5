"""Answers and finds as plain values, as the page shows them and the API returns them."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from portfolio_core.engines.rag import Answer, Found, Hit
from portfolio_core.engines.rag.indexing import Report
from portfolio_core.errors import PortfolioError


def answer(given: Answer) -> dict[str, Any]:
    """Return an answer with its sentences, and the passages that it stands on."""
    return {
        "text": given.text,
        "short": given.short,
        "abstained": given.abstained,
        "finished": given.finished,
        "pending": given.pending,
        "searched": given.question,
        "writer": given.writer,
        "sentences": [
            {"text": s.text, "citations": list(s.citations), "supported": s.supported}
            for s in given.sentences
        ],
        **found(given.found),
    }


def found(given: Found) -> dict[str, Any]:
    """Return what a search found: passages with their scores, and whether they are relevant."""
    return {
        "relevant": given.relevant,
        "confidence": round(given.confidence, 3),
        "passages": [_hit(hit) for hit in given.hits],
    }


def result(given: Answer | Found) -> dict[str, Any]:
    """Return the one or the other."""
    return answer(given) if isinstance(given, Answer) else found(given)


def reports(
    given: Iterable[Report], failed: Iterable[tuple[str, PortfolioError]]
) -> list[dict[str, Any]]:
    """Return what became of each document; of one that could not be indexed, its error."""
    return [
        *(asdict(report) for report in given),
        *({"document": name, "error": e.code, "message": e.message} for name, e in failed),
    ]


def _hit(hit: Hit) -> dict[str, Any]:
    passage = hit.passage
    return {
        "number": hit.rank,
        "id": passage.id,
        "document": passage.document,
        "page": passage.page,
        "heading": passage.heading,
        "text": passage.text,
        "scores": {
            "fused": round(hit.score, 4),
            "dense": None if hit.dense is None else round(hit.dense, 4),
            "bm25": None if hit.words is None else round(hit.words, 3),
        },
    }

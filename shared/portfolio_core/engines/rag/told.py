"""Answers and finds as plain values, as the page shows them and the API returns them."""

from typing import Any

from portfolio_core.engines.rag import Answer, Found, Hit


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

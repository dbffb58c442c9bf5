"""What the users of a busy server ask, and how often: small things, for which many come."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "spaces" / "rag-chat" / "examples" / "apartment-guide-ko.md"
_RECEIPT = ROOT / "spaces" / "ocr" / "examples" / "small" / "receipt.jpg"
_FIGURE = ROOT / "spaces" / "ronald-classifier" / "examples" / "1-figure.jpg"


@dataclass(frozen=True)
class Call:
    """One kind of request.

    Attributes:
        path: Its route.
        share: How many of 20 requests are of this kind.
        arguments: Its body, as requests takes it.
    """

    path: str
    share: int
    arguments: dict[str, Any]


def calls(index: str) -> list[Call]:
    """Return all kinds; ``index`` names the documents that are asked."""
    question = "방문 차량은 몇 시간까지 무료인가요?"
    said = [{"role": "user", "content": "What do you like to do on a rainy day?"}]
    drawn = {"prompt": "a red circle", "steps": 2, "seed": 1}
    return [
        Call("/v1/embeddings", 6, {"json": {"input": ["A cat.", "The market fell."]}}),
        Call("/v1/chat/completions", 4, {"json": {"messages": said, "max_tokens": 8}}),
        Call("/v1/classify", 3, {"files": {"image": _named(_FIGURE)}}),
        Call("/v1/audio/speech", 3, {"json": {"input": "Good morning.", "response_format": "wav"}}),
        Call("/v1/rag/ask", 2, {"json": {"index_id": index, "question": question}}),
        Call("/v1/ocr", 1, {"files": {"files": _named(_RECEIPT)}, "data": {"language": "en"}}),
        Call("/v1/images/generations", 1, {"json": drawn}),
    ]


def _named(file: Path) -> tuple[str, bytes]:
    return file.name, file.read_bytes()

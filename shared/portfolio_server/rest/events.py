"""Server-sent events, in the form that OpenAI's clients read."""

import json
from collections.abc import Mapping
from typing import Any

DONE = "data: [DONE]\n\n"
"""The last event."""


def event(content: Mapping[str, Any]) -> str:
    """Return an event with one object of JSON."""
    return f"data: {json.dumps(content, ensure_ascii=False)}\n\n"

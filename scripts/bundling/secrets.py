"""Look for secrets in a folder that is about to be published. A secret itself is never told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

# The forms that the services state for their tokens; each is long and odd enough to be no word.
_FORMS = {
    "a Hugging Face token": rb"\bhf_[A-Za-z0-9]{30,}\b|\bapi_org_[A-Za-z0-9]{30,}\b",
    "a GitHub token": rb"\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{60,}\b",
    "an API key": rb"\bsk-[A-Za-z0-9_-]{32,}\b|\bAIza[0-9A-Za-z_-]{35}\b",
    "an AWS key": rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a Slack token": rb"\bxox[abeoprs]-[A-Za-z0-9-]{20,}",
    "a JSON web token": rb"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "a private key": rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----",
    "a password in an address": rb"\b[a-z][a-z0-9+]{1,9}://[^\s/:@'\"<>{}]{1,64}:[^\s/@'\"<>{}]{8,}@",
}
_PATTERNS = {kind: re.compile(form) for kind, form in _FORMS.items()}

# Variables whose values are secrets, by what people call them.
_SECRET_NAMES = re.compile(r"TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|API_?KEY|PRIVATE_KEY")
_SHORTEST = 8  # characters; a shorter value stands in any text


@dataclass(frozen=True)
class Hit:
    """Where something that looks like a secret stands.

    Attributes:
        path: File, relative to the folder.
        line: Its line, from 1.
        kind: What it looks like.
    """

    path: str
    line: int
    kind: str


def hits(folder: Path, environment: Mapping[str, str]) -> list[Hit]:
    """Return all that looks like a secret in the files of ``folder``.

    Args:
        folder: Where to look, hidden files and all.
        environment: Values of its variables with telling names are secrets too.
    """
    known = values(environment)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [
        Hit(file.relative_to(folder).as_posix(), line, kind)
        for file in files
        for line, kind in _in(file.read_bytes(), known)
    ]


def values(environment: Mapping[str, str]) -> dict[str, bytes]:
    """Return the secrets of an environment, by the names of their variables."""
    return {
        name: value.encode()
        for name, value in environment.items()
        if _SECRET_NAMES.search(name.upper()) and len(value) >= _SHORTEST
    }


def _in(content: bytes, known: Mapping[str, bytes]) -> Iterator[tuple[int, str]]:
    for kind, pattern in _PATTERNS.items():
        for found in pattern.finditer(content):
            yield _line(content, found.start()), kind
    for name, value in known.items():
        place = content.find(value)
        if place >= 0:
            yield _line(content, place), f"the value of {name}"


def _line(content: bytes, place: int) -> int:
    return content.count(b"\n", 0, place) + 1

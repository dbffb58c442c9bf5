"""Passages as lines of JSON: the form in which they are stored and handed out.

Each line proves itself: a passage's id is a checksum of all the rest of it.
"""

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence

from portfolio_core.engines.rag import Passage
from portfolio_core.engines.rag.splitting import passage_id

_FIELDS = {field.name: field.type for field in dataclasses.fields(Passage)}


def written(passages: Sequence[Passage]) -> bytes:
    """Return one line for each passage."""
    lines = (json.dumps(dataclasses.asdict(p), ensure_ascii=False) for p in passages)
    return "".join(f"{line}\n" for line in lines).encode()


def read(lines: Iterable[bytes]) -> Iterator[Passage | None]:
    """Yield the passage of each line, or none for a line that is damaged or something else."""
    for line in lines:
        if line.strip():
            yield _passage(line)


def _passage(line: bytes) -> Passage | None:
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict) or set(values) != set(_FIELDS):
        return None
    if any(type(value) is not _FIELDS[name] for name, value in values.items()):
        return None
    found = Passage(**values)
    return found if found.id == passage_id(found) else None

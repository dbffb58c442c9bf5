"""An index on disk that survives being killed, and tells when it was damaged.

    current                  one line: the folder that counts, and the checksum of its manifest
    3f2a.../                 one state, never changed after it was written
        passages.jsonl       the text, one passage a line
        vectors.faiss        their vectors, in FAISS's format
        manifest.json        count, dimension, ids, embedding model, checksum of both files

A state is written to a folder of its own and synced; then ``current`` is replaced by one
rename. Whoever is killed in between leaves the old state and a folder that the next save
removes. Every byte is compared with its checksum before anything is made of it. Where the
vectors are damaged, or are another model's, they are made anew from the text.
"""

import hashlib
import json
import shutil
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from portfolio_core.engines.rag import Embedder, Passage, nearest, records
from portfolio_core.engines.rag.index import Index, searchable
from portfolio_core.files import write_atomically

CURRENT, MANIFEST, PASSAGES, VECTORS = (
    "current",
    "manifest.json",
    "passages.jsonl",
    "vectors.faiss",
)
_FORMAT = 1

Note = Literal["nothing_stored", "damaged", "passages_lost", "other_model"]
"""``nothing_stored``: there is no index yet. ``damaged``: a checksum was wrong; the vectors were
made anew from the text. ``passages_lost``: and some of the text is lost. ``other_model``: the
vectors were another model's, and were made anew."""


@dataclass(frozen=True)
class Opened:
    """An index as it was found.

    Attributes:
        index: What could be had.
        notes: What was wrong with it; empty for a whole one.
    """

    index: Index
    notes: tuple[Note, ...] = ()


class Store:
    """One index in one folder. One process at a time writes it."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        """Use ``folder``, which is made when something is saved."""
        self._folder = folder
        self._embedder = embedder

    def open(self, check: Callable[[], None] = lambda: None) -> Opened:
        """Read the index, and mend it where it is damaged.

        Args:
            check: Called while vectors are made anew; what it raises ends the work.
        """
        folder, manifest = self._state()
        if folder is None:
            return Opened(Index.empty(self._embedder.dimension), ("nothing_stored",))
        content = _read(folder / PASSAGES) or b""
        read = list(records.read(content.splitlines()))
        passages = [passage for passage in read if passage is not None]
        if manifest is None or _sha256(content) != manifest["sha256"][PASSAGES]:
            expected = len(read) if manifest is None else int(manifest["count"])
            lost = len(passages) < expected or not passages
            notes: tuple[Note, ...] = ("damaged", "passages_lost") if lost else ("damaged",)
            return Opened(self._embedded(passages, check), notes)
        made_by = (manifest["embedder"], manifest["revision"], manifest["dimension"])
        if made_by != (self._embedder.key, self._embedder.revision, self._embedder.dimension):
            return Opened(self._embedded(passages, check), ("other_model",))
        vectors = _read(folder / VECTORS) or b""
        if _sha256(vectors) != manifest["sha256"][VECTORS]:
            return Opened(self._embedded(passages, check), ("damaged",))
        return Opened(Index.of(passages, nearest.from_bytes(vectors)))

    def save(self, index: Index) -> None:
        """Write ``index`` beside what is there, and switch to it.

        Raises:
            OSError: the disk is full; what was there is untouched.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        folder = self._folder / uuid.uuid4().hex
        folder.mkdir()
        contents = {
            PASSAGES: records.written(index.passages),
            VECTORS: nearest.to_bytes(index.near),
        }
        manifest = json.dumps(self._manifest(index, contents)).encode()
        for name, content in {**contents, MANIFEST: manifest}.items():
            write_atomically(folder / name, content)
        pointer = {"folder": folder.name, "sha256": _sha256(manifest)}
        write_atomically(self._folder / CURRENT, json.dumps(pointer).encode())
        self._remove_all_but(folder)

    def delete(self) -> None:
        """Remove all of it."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _manifest(self, index: Index, contents: dict[str, bytes]) -> dict[str, Any]:
        return {
            "format": _FORMAT,
            "count": len(index.passages),
            "dimension": index.dimension,
            "ids": [passage.id for passage in index.passages],
            "embedder": self._embedder.key,
            "revision": self._embedder.revision,
            "sha256": {name: _sha256(content) for name, content in contents.items()},
        }

    def _state(self) -> tuple[Path | None, dict[str, Any] | None]:
        """Return the folder that counts and its manifest; none for what is damaged or absent."""
        pointer = _json(_read(self._folder / CURRENT))
        name, expected = str(pointer.get("folder")), pointer.get("sha256")
        if _is_state(name) and (self._folder / name).is_dir():
            manifest = _read(self._folder / name / MANIFEST) or b""
            whole = _sha256(manifest) == expected
            return self._folder / name, _json(manifest) if whole else None
        # The pointer is damaged, or there is none yet. A state with a manifest was whole once;
        # two states are never mixed.
        states = [f for f in _folders(self._folder) if (f / MANIFEST).is_file()]
        return max(states, key=lambda f: f.stat().st_mtime_ns, default=None), None

    def _embedded(self, passages: Sequence[Passage], check: Callable[[], None]) -> Index:
        vectors = self._embedder.passages([searchable(p) for p in passages], check)
        return Index.empty(self._embedder.dimension).adding(passages, vectors)

    def _remove_all_but(self, kept: Path) -> None:
        for path in self._folder.iterdir():
            if path.is_dir() and path != kept:
                shutil.rmtree(path, ignore_errors=True)
            elif path.is_file() and path.name != CURRENT:  # of a save that was killed
                path.unlink(missing_ok=True)


def _folders(folder: Path) -> list[Path]:
    return sorted(f for f in folder.glob("*") if f.is_dir()) if folder.is_dir() else []


def _is_state(name: str) -> bool:
    """Return whether ``name`` is one that :meth:`Store.save` gives: nothing leads elsewhere."""
    return len(name) == len(uuid.uuid4().hex) and all(c in "0123456789abcdef" for c in name)


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _json(content: bytes | None) -> dict[str, Any]:
    try:
        found = json.loads(content or b"")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

"""Documents of visitors, each kept apart.

A visitor is known by an id of 128 random bits that is made here; whoever does not have it
cannot name it. Unknown, deleted and expired give the same answer. One index belongs to one
visitor, so no search can reach another's. Changes are made one at a time and on a copy:
searches see the old index or the new one.
"""

import hashlib
import re
import secrets
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portfolio_core.engines.rag import Embedder, Found
from portfolio_core.engines.rag.index import Index
from portfolio_core.engines.rag.indexing import Ocr, Progress, Report, indexed
from portfolio_core.engines.rag.retrieval import question_of, search
from portfolio_core.engines.rag.store import Store
from portfolio_core.errors import DocumentUnknown, IndexGone, QuotaReached
from portfolio_core.media.documents import Document
from portfolio_core.settings import Limits

_ID_BYTES = 16
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Held:
    """A document that is kept.

    Attributes:
        name: For people.
        passages: How many of it are searched.
        size_bytes: What it counts against the quota.
    """

    name: str
    passages: int
    size_bytes: int


@dataclass(frozen=True)
class Removed:
    """What was deleted.

    Attributes:
        documents: In number.
        passages: In number, with their text and vectors.
    """

    documents: int
    passages: int


class Tenant:
    """The documents of one visitor."""

    def __init__(self, key: str, folder: Path, embedder: Embedder, limits: Limits) -> None:
        """Start with nothing; :class:`Tenants` makes them."""
        self.id = key
        self._embedder = embedder
        self._limits = limits
        self._store = Store(folder, embedder)
        self._index = Index.empty(embedder.dimension)
        self._sizes: dict[str, int] = {}
        self._writing = threading.Lock()
        self._gone = False
        self.used_at = time.monotonic()

    @property
    def index(self) -> Index:
        """The newest index; take it once and search that."""
        return self._index

    @property
    def busy(self) -> bool:
        """Whether it is being written."""
        return self._writing.locked()

    @property
    def documents(self) -> tuple[Held, ...]:
        """What is kept, in the order it came."""
        counts = Counter(passage.document for passage in self._index.passages)
        return tuple(Held(name, counts[name], size) for name, size in self._sizes.copy().items())

    def add(
        self,
        document: Document,
        size_bytes: int,
        *,
        ocr: Ocr | None = None,
        check: Callable[[], None] = lambda: None,
        progress: Progress = lambda _done, _whole: None,
    ) -> Report:
        """Index a document; one of the same name is replaced.

        Args:
            document: What was read of it.
            size_bytes: Size of the file, for the quota.
            ocr: See :func:`~portfolio_core.engines.rag.indexing.indexed`, like the rest.
            check: Ends the work by raising; nothing is changed then.
            progress: Told how far it is.

        Raises:
            QuotaReached: the visitor would keep too many documents, bytes or passages.
            NoTextFound: there is nothing to index.
            IndexGone: it was deleted meanwhile.
        """
        with self._writing:
            self._require_room(document.name, size_bytes)
            index = self._index
            if document.name in self._sizes:
                index = index.without(document.name)
            index, report = indexed(
                document,
                self._embedder,
                self._limits,
                to=index,
                ocr=ocr,
                check=check,
                progress=progress,
            )
            self._switch(index, {**self._sizes, document.name: size_bytes})
            return report

    def remove(self, document: str) -> None:
        """Delete a document: its text, its vectors, its words.

        Raises:
            DocumentUnknown: there is none of that name.
        """
        with self._writing:
            if document not in self._sizes:
                raise DocumentUnknown(document)
            sizes = {name: size for name, size in self._sizes.items() if name != document}
            self._switch(self._index.without(document), sizes)

    def adopt(self, index: Index) -> None:
        """Keep the passages of ``index``, which came back, in the place of all that is held.

        Raises:
            QuotaReached: they are of too many documents, or too long.
            IndexGone: it was deleted meanwhile.
        """
        sizes: Counter[str] = Counter()
        for passage in index.passages:
            sizes[passage.document] += len(passage.text.encode())
        if len(sizes) > self._limits.rag_documents:
            raise QuotaReached(self._limits.rag_documents, "documents")
        if sizes.total() > self._limits.rag_bytes:
            raise QuotaReached(self._limits.rag_bytes, "bytes")
        with self._writing:
            self._switch(index, dict(sizes))

    def search(self, question: object, count: int = 4, **options: Any) -> Found:  # noqa: ANN401
        """Check a caller's question and search it.

        Args:
            question: Whatever was sent.
            count: Most hits.
            options: See :func:`~portfolio_core.engines.rag.retrieval.search`, also for errors.
        """
        self.used_at = time.monotonic()
        asked = question_of(question, self._limits)
        return search(self._index, self._embedder, asked, count, **options)

    def close(self) -> Removed:
        """Delete all of it, once a writer is done; it cannot be used any more."""
        with self._writing:
            removed = Removed(len(self._sizes), len(self._index.passages))
            self._gone = True
            self._index = Index.empty(self._embedder.dimension)
            self._sizes = {}
            self._store.delete()
            return removed

    def _require_room(self, name: str, size_bytes: int) -> None:
        others = {held: size for held, size in self._sizes.items() if held != name}
        if len(others) + 1 > self._limits.rag_documents:
            raise QuotaReached(self._limits.rag_documents, "documents")
        if sum(others.values()) + size_bytes > self._limits.rag_bytes:
            raise QuotaReached(self._limits.rag_bytes, "bytes")

    def _switch(self, index: Index, sizes: dict[str, int]) -> None:
        if self._gone:
            raise IndexGone
        self._store.save(index)
        self._index, self._sizes = index, sizes
        self.used_at = time.monotonic()


class Tenants:
    """All visitors' documents of one process, on one disk."""

    def __init__(self, root: Path, embedder: Embedder, limits: Limits) -> None:
        """Keep them under ``root``, which is emptied: no visitor outlives the process."""
        self._root = root
        self._embedder = embedder
        self._limits = limits
        self._lock = threading.Lock()
        self._tenants: dict[str, Tenant] = {}
        shutil.rmtree(root, ignore_errors=True)

    def create(self) -> str:
        """Return the id of a new visitor, 32 hexadecimal digits of chance."""
        key = secrets.token_hex(_ID_BYTES)
        # The name on disk tells nobody the id.
        folder = self._root / hashlib.sha256(key.encode()).hexdigest()[:32]
        with self._lock:
            self._tenants[key] = Tenant(key, folder, self._embedder, self._limits)
        return key

    def get(self, key: object) -> Tenant:
        """Return the documents of a visitor.

        Raises:
            IndexGone: there are none under this id, whatever the reason.
        """
        self.sweep()
        if not isinstance(key, str) or not _ID.fullmatch(key):
            raise IndexGone
        with self._lock:
            found = self._tenants.get(key)
        if found is None:
            raise IndexGone
        found.used_at = time.monotonic()
        return found

    def delete(self, key: object) -> Removed:
        """Delete all documents of a visitor, from memory and disk.

        Raises:
            IndexGone: there are none under this id.
        """
        tenant = self.get(key)
        with self._lock:
            self._tenants.pop(tenant.id, None)
        return tenant.close()

    def sweep(self) -> int:
        """Delete what was idle for too long; return how many visitors' documents went.

        Whoever waits for a long document to be indexed is not idle, and nobody waits for that
        document here.
        """
        oldest = time.monotonic() - self._limits.rag_idle_seconds
        with self._lock:
            expired = [
                key
                for key, tenant in self._tenants.items()
                if tenant.used_at < oldest and not tenant.busy
            ]
            gone = [self._tenants.pop(key) for key in expired]
        for tenant in gone:
            tenant.close()
        return len(gone)

"""All documents that can be asked here: each visitor's own, and the sample that everybody may.

A visitor's originals (the files of PDFs, so that their pages can be shown) lie beside the index
and go when it goes.
"""

import hashlib
import logging
import shutil
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from portfolio_core.engines.rag import Embedder, exchange
from portfolio_core.engines.rag.indexing import Ocr, Progress, Report
from portfolio_core.engines.rag.tenants import Removed, Tenant, Tenants
from portfolio_core.errors import IndexGone, PortfolioError
from portfolio_core.media import documents
from portfolio_core.settings import Limits

log = logging.getLogger(__name__)

SAMPLE = "sample"
"""Stands for the sample documents in the place of an id. They can be asked, not changed."""

_SWEEP_SECONDS = 60.0


@dataclass(frozen=True)
class Steps:
    """How a document is indexed: what reads pictures, what ends the work, who is told."""

    ocr: Callable[[Path], Ocr | None] = lambda _source: None
    check: Callable[[], None] = lambda: None
    progress: Progress = lambda _done, _whole: None


class Shelf:
    """Keeps documents under ids. Safe to use from many threads."""

    def __init__(
        self, root: Path, embedder: Embedder, limits: Limits, sample: Sequence[Path] = ()
    ) -> None:
        """Keep everything under ``root``, which is emptied; ``sample`` are files of our own."""
        self._limits = limits
        self._embedder = embedder
        self._tenants = Tenants(root / "indexes", embedder, limits)
        self._originals = root / "originals"
        shutil.rmtree(self._originals, ignore_errors=True)
        self._folders: weakref.WeakKeyDictionary[Tenant, Path] = weakref.WeakKeyDictionary()
        self._reports: weakref.WeakKeyDictionary[Tenant, dict[str, Report]] = (
            weakref.WeakKeyDictionary()
        )
        self._sample = tuple(sample)
        self._sample_id = ""
        self._lock = threading.Lock()
        self._sweeper: threading.Thread | None = None

    def create(self) -> Tenant:
        """Make a place for a new visitor's documents."""
        tenant = self._tenants.get(self._tenants.create())
        name = hashlib.sha256(tenant.id.encode()).hexdigest()[:32]
        self._folders[tenant] = self._originals / name
        self._reports[tenant] = {}
        weakref.finalize(tenant, shutil.rmtree, self._originals / name, ignore_errors=True)
        self._start_sweeping()
        return tenant

    def get(self, key: object) -> Tenant:
        """Return the documents of an id, or the sample.

        Raises:
            IndexGone: there are none under this id, whatever the reason.
        """
        return self._sampled() if key == SAMPLE else self._tenants.get(key)

    def prepare(self) -> None:
        """Make the sample ready, so that a first question need not wait for it."""
        try:
            self._sampled()
        except PortfolioError as error:  # whoever asks the sample will be told
            log.warning("The sample could not be made ready: %s", error.message)

    def own(self, key: object) -> Tenant:
        """Return the documents of an id that may be changed; the sample may not."""
        return self._tenants.get(key)

    def add(self, tenant: Tenant, source: Path, name: str, steps: Steps) -> Report:
        """Read and index one file; one of the same name is replaced.

        Raises:
            InvalidInput: see :func:`documents.read` and :meth:`Tenant.add`.
        """
        document = documents.read(source, self._limits, name)
        report = tenant.add(
            document,
            source.stat().st_size,
            ocr=steps.ocr(source) if document.kind == "pdf" else None,
            check=steps.check,
            progress=steps.progress,
        )
        kept = self._place(tenant, document.name)
        kept.unlink(missing_ok=True)
        if document.kind == "pdf":
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, kept)
        self._reports[tenant][document.name] = report
        return report

    def reports(self, tenant: Tenant) -> dict[str, Report]:
        """Return what became of each document that was added, by its name."""
        return dict(self._reports.get(tenant, {}))

    def restore(self, content: bytes, check: Callable[[], None] = lambda: None) -> Tenant:
        """Make a place for an index that was downloaded here; its originals do not come back.

        Raises:
            InvalidInput: see :func:`exchange.imported` and :meth:`Tenant.adopt`.
        """
        index = exchange.imported(content, self._embedder, self._limits, check)
        tenant = self.create()
        tenant.adopt(index)
        return tenant

    def original(self, tenant: Tenant, document: str) -> Path | None:
        """Return the file of a PDF, to be drawn; none for other kinds."""
        kept = self._place(tenant, document)
        return kept if kept.is_file() else None

    def remove(self, tenant: Tenant, document: str) -> Removed:
        """Delete one document, and say what went.

        Raises:
            DocumentUnknown: there is none of that name.
        """
        before = len(tenant.index.passages)
        tenant.remove(document)
        self._place(tenant, document).unlink(missing_ok=True)
        self._reports[tenant].pop(document, None)
        return Removed(1, before - len(tenant.index.passages))

    def delete(self, key: object) -> Removed:
        """Delete all documents of an id, from memory and disk.

        Raises:
            IndexGone: there are none under this id.
        """
        folder = self._folders.get(self._tenants.get(key))
        removed = self._tenants.delete(key)
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
        return removed

    def _place(self, tenant: Tenant, document: str) -> Path:
        folder = self._folders.get(tenant)
        if folder is None:
            raise IndexGone
        return folder / hashlib.sha256(document.encode()).hexdigest()

    def _sampled(self) -> Tenant:
        """Return the sample, indexed once; after a long idle time, once more."""
        with self._lock:
            try:
                return self._tenants.get(self._sample_id)
            except IndexGone:
                tenant = self.create()
                for file in self._sample:
                    self.add(tenant, file, file.name, Steps())
                self._sample_id = tenant.id
                return tenant

    def _start_sweeping(self) -> None:
        if self._sweeper is None:
            self._sweeper = threading.Thread(target=self._sweep, name="documents", daemon=True)
            self._sweeper.start()

    def _sweep(self) -> None:
        while True:
            time.sleep(min(_SWEEP_SECONDS, self._limits.rag_idle_seconds))
            self._tenants.sweep()

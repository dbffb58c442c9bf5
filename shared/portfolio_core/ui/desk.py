"""Where a page of questions to documents gets its work done.

Here the engines meet: one embeds, one writes, and one reads pictures of pages where it is
there. Everything takes a :class:`Signal` and may run beside the handler that shows it.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from portfolio_core import recipe
from portfolio_core.engines import chat, ocr
from portfolio_core.engines.rag import Answer, Found, Writer
from portfolio_core.engines.rag.asking import Asking, Wanted
from portfolio_core.engines.rag.extractive import ExtractiveWriter
from portfolio_core.engines.rag.indexing import Ocr
from portfolio_core.engines.rag.prompt import LlmWriter
from portfolio_core.engines.rag.queued import QueuedEmbedder, QueuedReranker
from portfolio_core.engines.rag.shelf import Shelf, Steps
from portfolio_core.engines.rag.tenants import Tenant
from portfolio_core.errors import FileTooLarge, IndexGone, NoFile, PortfolioError
from portfolio_core.media import documents
from portfolio_core.ui.background import Signal
from portfolio_core.ui.bench import Bench
from portfolio_core.workload import Place

T = TypeVar("T")
Sent = tuple[Path, str]
"""A file that the caller sent: where it lies, and its name there, which is a stranger's."""

INDEX_SUFFIX = ".gz"
_OCR_DPI = 200


class Desk:
    """The work of one page."""

    def __init__(self, page: Bench, sample: Sequence[Path]) -> None:
        """Work for ``page``, which also chose a model of ``embeddings``."""
        self.bench = page
        self._limits = page.settings.limits
        self.embedder = QueuedEmbedder(page.workload, page.spec_of(page.also["embeddings"].model))
        ranking, reading = page.optional("reranking"), page.optional(ocr.TASK)
        self.reranker = (
            QueuedReranker(page.workload, page.spec_of(ranking.model)) if ranking else None
        )
        self._reading = page.spec_of(reading.model) if reading else None
        # Beside the page's cache, not in it: what lies there can be fetched by its name.
        root = Path(f"{page.folder}-documents")
        self.shelf = Shelf(root, self.embedder, self._limits, sample)

    def add(
        self, sent: Sequence[Sent], key: object, signal: Signal
    ) -> tuple[Tenant, list[tuple[str, PortfolioError]]]:
        """Index files for the visitor ``key``, or for a new one where there is none.

        Returns:
            The visitor's documents, and which files could not be indexed, and why.

        Raises:
            NoFile: there is none.
            InvalidInput: not a single one could be indexed; the first one's error.
            IndexGone: there are no documents under ``key``.
        """
        if not sent:
            raise NoFile
        tenant = self.shelf.own(key) if key else None
        failed: list[tuple[str, PortfolioError]] = []
        made = None
        for source, name in sent[: self._limits.upload_files]:
            try:
                if name.lower().endswith(INDEX_SUFFIX):
                    tenant = made = self._restored(source, signal)
                else:
                    tenant = tenant or (made := self.shelf.create())
                    self._index(tenant, source, name, signal)
            except PortfolioError as error:
                failed.append((name, error))
        if tenant is None or len(failed) == len(sent):
            if made is not None:
                self.shelf.delete(made.id)
            raise failed[0][1]
        return tenant, failed

    def lent(
        self,
        sent: Sequence[Sent],
        key: object,
        work: Callable[[Tenant, Signal], T],
        signal: Signal,
    ) -> T:
        """Do ``work`` on the documents of ``key``, or on files that are kept only for it."""
        if not sent:
            return work(self.shelf.get(key), signal)
        tenant, failed = self.add(sent, "", signal)
        try:
            if failed:
                raise failed[0][1]
            return work(tenant, signal)
        finally:
            with suppress(IndexGone):
                self.shelf.delete(tenant.id)

    def find(self, wanted: Wanted, tenant: Tenant, signal: Signal) -> Found:
        """Search only."""
        signal.check()
        return self._asking(wanted, tenant).find(wanted.question.text, self._limits)

    def answer(self, wanted: Wanted, place: Place[Any], tenant: Tenant, signal: Signal) -> Answer:
        """Answer; ``signal.latest`` is the answer so far."""

        def check() -> None:
            signal.check()
            place.check()

        writer = self._writer(place.engine(), check)
        for answer in self._asking(wanted, tenant).answers(writer, self._limits, check):
            signal.latest = answer
        return answer

    def recipe(
        self, wanted: Wanted, place: Place[Any], seconds: float, index_id: str
    ) -> dict[str, Any]:
        """Return the recipe of an answer. The id of a visitor's documents is a secret: not here."""
        parameters = {**wanted.arguments(), "index_id": index_id}
        made = recipe.write(
            self.bench.choice,
            revision=getattr(place.engine(), "revision", ""),
            parameters=parameters,
            seconds=seconds,
            seed=wanted.question.seed,
            also=[f"{self.embedder.key} {self.embedder.revision}"],
        )
        return made.model_dump(mode="json")

    def _asking(self, wanted: Wanted, tenant: Tenant) -> Asking:
        return Asking(wanted, tenant.index, self.embedder, self.reranker)

    def _writer(self, engine: Any, check: Callable[[], None]) -> Writer:  # noqa: ANN401
        if isinstance(engine, ExtractiveWriter):
            return ExtractiveWriter(self.embedder)
        return LlmWriter(chat.saying(engine, check), key=engine.key, revision=engine.revision)

    def _restored(self, source: Path, signal: Signal) -> Tenant:
        if source.stat().st_size > self._limits.upload_bytes:
            raise FileTooLarge(self._limits.upload_bytes)
        return self.shelf.restore(source.read_bytes(), signal.check)

    def _index(self, tenant: Tenant, source: Path, name: str, signal: Signal) -> None:
        ocr_of = partial(self._reader, signal)
        steps = Steps(ocr=ocr_of, check=signal.check, progress=signal.progress)
        self.shelf.add(tenant, source, name, steps)

    def _reader(self, signal: Signal, source: Path) -> Ocr | None:
        """Return what reads the pictured pages of a PDF, where an engine for that is there."""
        spec, limits = self._reading, self._limits
        if spec is None:
            return None

        def read(number: int) -> str:
            signal.check()
            pages = documents.render(source, limits, dpi=_OCR_DPI, first=number, last=number)
            with self.bench.workload.enter(spec) as place:
                return ocr.last(place.engine().steps(next(pages), check=signal.check)).text

        return read

"""``/v1/rag``: documents indexed, asked, searched and deleted.

Whoever has the id of an index can ask and delete it: it is a secret, and stands in bodies only,
never in an address, which others write down.
"""

from collections.abc import AsyncGenerator, Callable, Generator
from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, File, Request, UploadFile
from pydantic import Field, StrictBool, StrictInt

from portfolio_core import recipe
from portfolio_core.engines import rag
from portfolio_core.engines.rag import asking, told
from portfolio_core.engines.rag.shelf import SAMPLE
from portfolio_core.errors import IndexGone
from portfolio_core.ui.background import Running, Signal
from portfolio_core.ui.desk import Desk
from portfolio_server.rest import answers, received, work
from portfolio_server.rest.answers import Answer, Found, Stage
from portfolio_server.rest.benches import unheard
from portfolio_server.rest.service import Service
from portfolio_server.rest.shapes import EVENTS, Described, choice, content, shown
from portfolio_server.rest.streamed import Streamed

T = TypeVar("T")
_ID = "0123456789abcdef0123456789abcdef"


class IndexBody(Described):
    """Documents to index."""

    model_config = shown({"files": ["handbook.pdf"], "index_id": ""})

    files: list[UploadFile]
    """PDF, DOCX, TXT, Markdown, HTML, CSV or XLSX files, or an index that was downloaded here."""
    index_id: str = ""
    """Add them to these documents; empty makes a new id."""


class Skipped(Described):
    """A page that nothing of was indexed."""

    page: int
    reason: str


class Document(Described):
    """What became of one document."""

    document: str
    pages: int = 0
    passages: int = 0
    read_pages: list[int] = Field(default_factory=list)
    """Pages whose pictures were read."""
    skipped: list[Skipped] = Field(default_factory=list)
    duplicates: int = 0
    notes: list[str] = Field(default_factory=list)
    error: str | None = None
    """Code of why it could not be indexed."""
    message: str | None = None


class Indexed(Described):
    """Documents that can be asked."""

    model_config = shown(
        {
            "index_id": _ID,
            "documents": [{"document": "handbook.pdf", "pages": 12, "passages": 48}],
        }
    )

    index_id: str
    """Ask and delete by it. A secret; unused for an hour, it is gone."""
    documents: list[Document]


class SearchBody(Described):
    """What to look for."""

    model_config = shown({"index_id": _ID, "question": "When does the library open?"})

    index_id: str
    """What /v1/rag/index returned."""
    question: str
    """English or Korean."""
    count: StrictInt = 4
    """Passages to look at, 1 to 20."""
    mode: str = choice(asking.MODES, "fused")
    """How they are looked for: fused, dense (by meaning) or words."""
    rerank: StrictBool = False
    """Put the best into a better order, where there is a model for it."""


class AskBody(SearchBody):
    """What to answer."""

    history: list[tuple[str, str]] = Field(default_factory=list)
    """Earlier turns, question and answer, oldest first."""
    seed: StrictInt | None = None
    """0 to 4294967295, for models that draw; none draws one."""
    stream: StrictBool = False
    """Send the answer sentence by sentence, as server-sent events."""


class DeleteBody(Described):
    """What to delete."""

    model_config = shown({"index_id": _ID})

    index_id: str
    """What /v1/rag/index returned."""
    document: str = ""
    """Name of one document; empty deletes all, and the id."""


class Deleted(Described):
    """What went."""

    model_config = shown({"documents": 1, "passages": 48})

    documents: int
    passages: int


def router(service: Service) -> APIRouter:
    """Return the routes of documents."""
    routes = APIRouter(prefix="/rag", tags=["rag"])

    @routes.post("/index", summary="Index documents")
    async def index(body: Annotated[IndexBody, File()], request: Request) -> Indexed:
        """Index documents; the answer has the id to ask them by."""
        return await work.result(request, _indexed(service, body))

    @routes.post(
        "/ask",
        summary="Answer a question from documents",
        response_model=Answer,
        responses=content(EVENTS),
    )
    async def ask(body: AskBody, request: Request) -> Answer | Streamed:
        """Answer with citations, each sentence checked against its passages.

        A stream has `rag.passages` first, `rag.sentence` for each sentence when it is checked,
        `rag.pending` with what is being written, and `rag.answer` with all that an answer without
        stream has. Where that one abstains, the sentences before it do not count.
        """
        wanted = _wanted(service, body, body.history, body.seed)
        stages = work.made(_answered(service.documents, wanted, body.index_id))
        if not body.stream:
            return answers.whole(await work.result(request, stages))
        return Streamed(answers.events(await work.begun(request, stages)), EVENTS)

    @routes.post("/search", summary="Find passages")
    async def search(body: SearchBody, request: Request) -> Found:
        """Find passages for a question, with their scores; nothing is written."""
        desk = service.documents
        find = partial(desk.find, _wanted(service, body, None, 0))
        work_ = partial(desk.lent, (), _own(body.index_id), find)
        return Found(**told.found(await work.result(request, work.made(_run(work_)))))

    @routes.post("/delete", summary="Delete documents")
    async def delete(body: DeleteBody) -> Deleted:
        """Delete one document, or all of an id: files, text and vectors."""
        shelf = service.documents.shelf
        if body.document:
            one = partial(shelf.remove, shelf.own(body.index_id), body.document)
            return Deleted(**vars(await work.in_thread(one)))
        return Deleted(**vars(await work.in_thread(partial(shelf.delete, body.index_id))))

    return routes


def _own(index_id: str) -> str:
    """Return the id of a caller's own documents; pages have a sample, routes have none.

    Raises:
        IndexGone: it stands for the sample.
    """
    if index_id == SAMPLE:
        raise IndexGone
    return index_id


def _wanted(service: Service, body: SearchBody, history: object, seed: object) -> asking.Wanted:
    limits = service.settings.limits
    return asking.wanted(
        body.question, history, body.count, body.mode, seed, limits=limits, rerank=body.rerank
    )


async def _indexed(service: Service, body: IndexBody) -> AsyncGenerator[Indexed]:
    desk = service.documents
    async with received.files(service.settings, body.files) as files:
        given = [(one.path, one.name) for one in files]
        async for tenant, failed in work.made(_run(partial(desk.add, given, body.index_id))):
            reports = told.reports(desk.shelf.reports(tenant).values(), failed)
            yield Indexed(index_id=tenant.id, documents=[Document(**one) for one in reports])


def _answered(
    desk: Desk, wanted: asking.Wanted, index_id: str
) -> Generator[Stage | None, None, Stage]:
    """Answer as the Space does."""
    bench = desk.bench
    with bench.workload.enter(bench.spec) as place:
        for _ in bench.turn(place, unheard, "en"):
            yield None
        watch = recipe.Stopwatch()
        answering = partial(desk.answer, wanted, place)
        running = Running(partial(desk.lent, (), _own(index_id), answering))
        for signal in running:
            yield Stage(signal.latest) if isinstance(signal.latest, rag.Answer) else None
        return Stage(running.result, desk.recipe(wanted, place, watch.seconds, ""))


def _run(work_: Callable[[Signal], T]) -> Generator[None, None, T]:
    """Do some work in a thread; whoever stops going through it ends it."""
    running = Running(work_)
    for _ in running:
        yield None
    return running.result

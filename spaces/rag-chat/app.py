"""Answers from documents: the page and the API of the Space ``rag-chat``."""

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr

from portfolio_core import recipe, settings, workload
from portfolio_core.engines import rag
from portfolio_core.engines.rag import asking, told
from portfolio_core.engines.rag.shelf import SAMPLE
from portfolio_core.ui import (
    api_panel,
    conversation,
    errors,
    evidence,
    passage_map,
    uploads,
)
from portfolio_core.ui.background import Running, Status
from portfolio_core.ui.desk import Desk
from portfolio_core.ui.documents_part import DocumentsPart, carried, sent
from portfolio_core.ui.i18n import Locale, Words, locale_of
from portfolio_core.ui.launch import main
from portfolio_core.ui.page import Page
from portfolio_core.ui.runs import Runs

HERE = Path(__file__).parent
DOCUMENTS = ("library-handbook-en.pdf", "apartment-guide-ko.md")
EXAMPLES = (
    "When is the story hour?",
    "방문 차량은 몇 시간까지 무료인가요?",
    "What does printing a page in colour cost?",
    "헬스장은 언제 쉬나요?",
    "How deep is the swimming pool?",
)
REMEMBERED_TURNS = 8


class RagChat:
    """The handlers of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.desk = Desk(page, [HERE / "examples" / name for name in DOCUMENTS])
        self.shelf = self.desk.shelf
        self.documents: DocumentsPart  # drawn in build()
        self.on = SimpleNamespace()  # the page's components, by name

    # --- for programs ------------------------------------------------------------------------

    def index(
        self,
        files: Any,  # noqa: ANN401 - the data of files
        index_id: str = "",
        request: gr.Request = None,  # type: ignore[assignment]  # Gradio fills it in
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio asks for it
    ) -> Iterator[tuple[Any, Any]]:
        """Index documents; return the id to ask them by, and what became of each.

        Args:
            files: PDF, DOCX, TXT, Markdown, HTML, CSV or XLSX files, or an index that was
                downloaded here.
            index_id: Add them to the documents of this id; empty makes a new one. Whoever has
                the id can ask and delete the documents. Unused for an hour, they are deleted.
        """
        with errors.boundary(self.page.words, request):
            given = uploads.taken(files, sent)
            adding = Running(partial(self.desk.add, given, index_id))
            for signal in adding:
                self.documents.tell(signal, progress, locale_of(request))
                yield gr.skip(), gr.skip()
            tenant, failed = adding.result
            yield tenant.id, told.reports(self.shelf.reports(tenant).values(), failed)

    def ask(
        self,
        question: str,
        index_id: str = SAMPLE,
        files: Any = None,  # noqa: ANN401
        history: Any = None,  # noqa: ANN401
        count: int = 4,
        mode: str = "fused",
        seed: int | None = None,
        request: gr.Request = None,  # type: ignore[assignment]
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[tuple[Any, Any, Any]]:
        """Answer a question from documents; return the answer, its parts and the recipe.

        Args:
            question: Up to 4,000 characters, English or Korean.
            index_id: What /index returned, or "sample" for the sample documents.
            files: Documents to ask instead; they are indexed for this question only.
            history: Earlier turns, a list of [question, answer], oldest first.
            count: Passages to look at, 1 to 20.
            mode: How they are looked for: fused, dense (by meaning) or words.
            seed: 0 to 4294967295, for models that draw; none draws one.
        """
        with errors.boundary(self.page.words, request):
            wanted = self.wanted(question, history, count, mode, seed)
            given, locale = uploads.taken(files, sent), locale_of(request)
            with self.page.workload.enter(self.page.spec) as place:
                for _ in self.page.turn(place, progress, locale):
                    yield (gr.skip(),) * 3
                watch = recipe.Stopwatch()
                work = partial(self.desk.answer, wanted, place)
                asking_now = Running(partial(self.desk.lent, given, index_id, work))
                for signal in asking_now:
                    self.documents.tell(signal, progress, locale)
                    yield (gr.skip(),) * 3
                shown_id = SAMPLE if index_id == SAMPLE else ""  # any other is a secret
                made = self.desk.recipe(wanted, place, watch.seconds, shown_id)
            answer = asking_now.result
            yield answer.text, told.answer(answer), made

    def search(
        self,
        question: str,
        index_id: str = SAMPLE,
        files: Any = None,  # noqa: ANN401
        count: int = 4,
        mode: str = "fused",
        request: gr.Request = None,  # type: ignore[assignment]
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[Any]:
        """Find passages for a question, with their scores; nothing is written.

        Args:
            question: As for /ask.
            index_id: As for /ask.
            files: As for /ask.
            count: As for /ask.
            mode: As for /ask.
        """
        with errors.boundary(self.page.words, request):
            work = partial(self.desk.find, self.wanted(question, None, count, mode, 0))
            given = uploads.taken(files, sent)
            searching = Running(partial(self.desk.lent, given, index_id, work))
            for signal in searching:
                self.documents.tell(signal, progress, locale_of(request))
                yield gr.skip()
            yield told.found(searching.result)

    def delete(
        self,
        index_id: str,
        document: str = "",
        request: gr.Request = None,  # type: ignore[assignment]
    ) -> dict[str, int]:
        """Delete documents: files, text and vectors; return how many documents and passages.

        Args:
            index_id: What /index returned.
            document: Name of one document; empty deletes all of them, and the id.
        """
        with errors.boundary(self.page.words, request):
            if document:
                return vars(self.shelf.remove(self.shelf.own(index_id), document))
            return vars(self.shelf.delete(index_id))

    # --- for the page ------------------------------------------------------------------------

    def perform(
        self,
        key: str,
        question: str,
        seen: Any,  # noqa: ANN401 - the value of the conversation
        count: float,
        mode: str,
        seed: float | None,
        rerank: bool,
        only_search: bool,
        request: gr.Request,
    ) -> Iterator[dict[Any, Any]]:
        """Answer, or only search, and show it growing."""
        page, on, locale = self.page, self.on, locale_of(request)
        with errors.boundary(page.words, request):
            turns = conversation.ended(conversation.turns_of(seen), page.words, locale)
            history = conversation.history(turns, REMEMBERED_TURNS)
            wanted = self.wanted(question, history, count, mode, seed, rerank)

            def show(answer: dict[str, Any] | None, status: str = "") -> dict[str, Any]:
                turn = {"question": wanted.question.text, "answer": answer, "status": status}
                return conversation.shown([*turns, turn], page.words, locale)

            yield {on.conversation: show(None), on.question: ""}
            with page.workload.enter(page.spec) as place:
                status = Status()
                for _ in page.turn(place, status, locale):
                    yield {on.conversation: show(None, status.text)}
                watch = recipe.Stopwatch()
                work: Any = partial(self.desk.answer, wanted, place)
                if only_search:
                    work = partial(self.desk.find, wanted)
                running = Running(partial(self.desk.lent, (), key or SAMPLE, work))
                for grown in conversation.growing(running):
                    yield {on.conversation: show(grown)} if grown else {on.made: gr.skip()}
                index_id = "" if key else SAMPLE
                made = self.desk.recipe(wanted, place, watch.seconds, index_id)
            shown = told.result(running.result)
            yield {on.conversation: show(shown), on.made: made}
            yield {on.evidence: self.seen(key, conversation.first_cited(shown), locale)}

    def chosen(self, key: str, event: gr.EventData, request: gr.Request) -> dict[str, Any]:
        """Show the passage behind a mark that was clicked."""
        with errors.boundary(self.page.words, request):
            return self.seen(key, carried(event), locale_of(request))

    def seen(self, key: str, about: dict[str, Any], locale: Locale) -> dict[str, Any]:
        """Return a passage in its place."""
        tenant = self.shelf.get(key or SAMPLE)
        return evidence.value(self.shelf, tenant, about, self.page, locale)

    def draw(self, key: str, seen: Any, request: gr.Request) -> Any:  # noqa: ANN401
        """Draw the map of passages, with the newest question."""
        with errors.boundary(self.page.words, request):
            turns = conversation.turns_of(seen)
            question = str(turns[-1].get("question")) if turns else ""
            index = self.shelf.get(key or SAMPLE).index
            words, locale = self.page.words, locale_of(request)
            return passage_map.of(index, self.desk.embedder, question, words, locale)

    def begin_anew(self, key: str, request: gr.Request) -> dict[Any, Any]:
        """Put away answers from documents that are others now; the examples ask the sample."""
        on, words, locale = self.on, self.page.words, locale_of(request)
        return {
            on.conversation: conversation.shown([], words, locale),
            on.evidence: evidence.empty(words, locale),
            on.made: None,
            on.examples: gr.Dataset(visible=not key),
        }

    def opened(self, key: str, url: str, request: gr.Request) -> dict[Any, Any]:
        """Show the visitor's documents, or the sample, which is made ready meanwhile."""
        threading.Thread(target=self.shelf.prepare, daemon=True).start()
        codes = api_panel.calls(url, "ask", {"question": EXAMPLES[0], "index_id": SAMPLE})
        documents = self.documents.opened(key, locale_of(request))
        return {
            **documents,
            **self.begin_anew(documents[self.documents.key], request),
            **dict(zip(self.on.codes, codes, strict=True)),
        }

    def called(self, url: str, key: str, made: dict[str, Any]) -> api_panel.Calls:
        """Show the call that made this answer."""
        arguments = {**made["parameters"], "index_id": key or SAMPLE}
        return api_panel.calls(url, "ask", arguments)

    def wanted(
        self,
        question: object,
        history: object,
        count: object,
        mode: object,
        seed: object,
        rerank: object = False,
    ) -> asking.Wanted:
        """Check a caller's values."""
        limits = self.page.settings.limits
        return asking.wanted(question, history, count, mode, seed, limits=limits, rerank=rerank)


def build(
    configuration: settings.Settings | None = None, load: workload.Workload | None = None
) -> gr.Blocks:
    """Build the page; nothing is loaded before its first visitor comes."""
    configuration = configuration or settings.current()
    words = Words.read(HERE / "words.toml")
    load = load or workload.process_wide()
    with Page(rag.TASK, words, configuration, load, also=["embeddings"]) as page:
        space = RagChat(page)
        page.header(wide=True)
        with gr.Row(elem_classes="wide-row"):
            with gr.Column(scale=6, min_width=320):
                draw_chat(space, words)
            with gr.Column(scale=5, min_width=320):
                space.on.evidence = evidence.evidence()
                space.documents = DocumentsPart(page, space.desk, DOCUMENTS)
        draw_results(words, space.on)
        connect(space)
    return page


def draw_chat(space: RagChat, words: Words) -> None:
    """Draw the conversation, the question, and the settings that few need."""
    on = space.on
    on.conversation = conversation.conversation()
    on.question = gr.Textbox(
        show_label=False, container=False, placeholder=words("question_hint"), lines=1,
        label=words("question"),
        max_lines=4, elem_classes="framed",
        max_length=space.page.settings.limits.chat_characters,
    )  # fmt: skip
    with gr.Row():
        on.ask = gr.Button(words("ask"), variant="primary", scale=3, min_width=90)
        on.search = gr.Button(words("search"), scale=2, min_width=90)
        on.stop = gr.Button(words("stop"), scale=1, min_width=70)
    on.examples = gr.Dataset(
        components=[gr.Textbox(visible=False)],
        samples=[[example] for example in EXAMPLES],
        label=words("examples"),
    )
    with gr.Accordion(words("more"), open=False):
        on.mode = gr.Radio(
            [(words(f"mode_{mode}"), mode) for mode in asking.MODES], value="fused",
            label=words("mode"),
        )  # fmt: skip
        with gr.Row():
            on.count = gr.Slider(1, asking.MOST_PASSAGES, 4, step=1, label=words("count"))
            on.seed = gr.Number(0, precision=0, label=words("seed"))
        on.rerank = gr.Checkbox(label=words("rerank"), visible=space.desk.reranker is not None)


def draw_results(words: Words, on: SimpleNamespace) -> None:
    """Draw the map, the recipe and the calls, folded away."""
    with gr.Accordion(words("map"), open=False) as on.map_part:
        gr.Markdown(words("map_note"))
        on.map = gr.Plot(show_label=False, label=words("map"))
    with gr.Accordion(words("recipe"), open=False):
        on.made = gr.JSON(label=words("recipe_label"))
    on.codes = api_panel.panel(words)
    on.address = gr.Textbox(visible=False)
    on.no, on.yes = gr.Checkbox(False, visible=False), gr.Checkbox(True, visible=False)


def connect(space: RagChat) -> None:
    """Say what happens at a click, and which calls the API has."""
    on, page, key = space.on, space.page, space.documents.key
    inside: dict[str, Any] = {"api_visibility": "private"}
    # Every handler checks its values itself, with its own errors.
    checks: dict[str, Any] = {"preprocess": False}
    how = [key, on.question, on.conversation, on.count, on.mode, on.seed, on.rerank]
    asked = [on.conversation, on.question, on.made, on.evidence]
    quiet: dict[str, Any] = {"show_progress": "hidden", **inside}
    filled = on.examples.click(lambda chosen: chosen[0], on.examples, on.question, **quiet)
    runs = Runs()
    answered = runs.add(on.ask.click, space.perform, [*how, on.no], asked)
    runs.also(on.question.submit)
    runs.also(on.examples.click, filled.success)
    looked = runs.add(on.search.click, space.perform, [*how, on.yes], asked)
    for run in (answered, looked):
        run.failure(None, on.conversation, on.conversation, js=conversation.STOPPED, **inside)
        run.success(space.called, [on.address, key, on.made], on.codes, js=_ADDRESS_AND, **inside)
    runs.connect(on.stop)
    on.stop.click(None, on.conversation, on.conversation, js=conversation.STOPPED, **inside)
    on.conversation.select(space.chosen, key, on.evidence, **quiet)
    on.map_part.expand(space.draw, [key, on.conversation], on.map, **checks, **inside)
    anew = {on.conversation, on.evidence, on.made, on.examples}
    for left_behind in space.documents.connect():
        left_behind(space.begin_anew, key, anew, **quiet)
    opened = [*space.documents.outputs, *anew, *on.codes]
    page.load(space.opened, [key, on.address], opened, js=_KEY_AND_ADDRESS, **quiet)
    page.load(None, js=uploads.PASTE, **inside)
    draw_api(space, checks)


def draw_api(space: RagChat, checks: dict[str, Any]) -> None:
    """Say which calls the API has; their components are seen by programs only."""
    words = space.page.words
    hidden: dict[str, Any] = {"visible": False}

    def files() -> gr.File:
        made = gr.File(file_count="multiple", label="files", **hidden)
        return uploads.only_uploads(made, words)

    question = gr.Textbox(label="question", **hidden)
    index_id, new = gr.Textbox(SAMPLE, **hidden), gr.Textbox("", label="index_id", **hidden)
    count = gr.Number(4, label="count", **hidden)
    mode = gr.Radio(list(asking.MODES), value="fused", label="mode", **hidden)
    history, seed = conversation.history_input(), gr.Number(label="seed", **hidden)
    text, found = gr.Textbox(label="answer", **hidden), gr.JSON(label="parts", **hidden)
    made = gr.JSON(label="recipe", **hidden)
    api, asked = gr.Button(**hidden), [question, index_id, files()]
    api.click(space.index, [files(), new], [text, found], api_name="index", **checks)
    api.click(
        space.ask, [*asked, history, count, mode, seed], [text, found, made],
        api_name="ask", **checks,
    )  # fmt: skip
    api.click(space.search, [*asked, count, mode], found, api_name="search", **checks)
    gr.api(space.delete, api_name="delete")


# The browser alone knows the address under which the page is seen.
_KEY_AND_ADDRESS = "(key) => [key, location.origin + location.pathname]"
_ADDRESS_AND = "(_, key, made) => [location.origin + location.pathname, key, made]"

if __name__ == "__main__":
    main(build)

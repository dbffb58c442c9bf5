"""Pages to text: the page and the API of the Space ``ocr``."""

from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr

from portfolio_core import catalog, recipe, settings, workload
from portfolio_core.engines import ocr
from portfolio_core.engines.ocr import exports
from portfolio_core.engines.ocr.call import TYPES, Call, News, ReadPage, Upload, is_pdf
from portfolio_core.errors import WrongFileType
from portfolio_core.text.filenames import speaking_name
from portfolio_core.ui import api_panel, errors, page_notes, page_viewer, uploads
from portfolio_core.ui.i18n import Locale, Words, locale_of
from portfolio_core.ui.launch import main
from portfolio_core.ui.pace import Pace
from portfolio_core.ui.page import Page
from portfolio_core.ui.runs import Runs

HERE = Path(__file__).parent
EXAMPLES = ("letter.jpg", "korean.jpg", "receipt.jpg", "note.jpg", "turned.jpg", "minutes.pdf")


class Ocr:
    """The handlers of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        models = {model.key: model.name for model in catalog.MODELS if ocr.TASK in model.tasks}
        self.names = {**page_notes.READERS, **models}
        self.on = SimpleNamespace()  # the page's components, by name

    def read(
        self,
        image: dict[str, Any] | None,
        language: str = "auto",
        request: gr.Request = None,  # type: ignore[assignment]  # Gradio fills it in
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio asks for it
    ) -> Iterator[tuple[Any, ...]]:
        """Read a picture; return its text, the page with every line and word, and the recipe.

        Args:
            image: A JPEG, PNG or WEBP picture of a page, up to 25 megapixels.
            language: What is written on it: "en", "ko", or "auto" for both.
        """
        with errors.boundary(self.page.words, request):
            files = uploads.taken(image, Upload)
            if any(is_pdf(file.path) for file in files):
                raise WrongFileType(TYPES[:-1])
            call = Call(files, language, self.page.settings.limits)
            for step in self.told(call, progress, locale_of(request)):
                if not isinstance(step, ReadPage):
                    yield (gr.skip(),) * 3
            page = exports.data.page(call.pages[0].reading)
            yield page["text"], page, self.recipe(call, files, {"language": call.language})

    def read_document(
        self,
        files: list[dict[str, Any]] | None,
        language: str = "auto",
        file_format: str = "pdf",
        request: gr.Request = None,  # type: ignore[assignment]
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[tuple[Any, ...]]:
        """Read a PDF or several pictures; return the pages as they are read, and in the end a file.

        Args:
            files: PDF, JPEG, PNG or WEBP files, up to 20 pages together.
            language: As for /read.
            file_format: Key of the file's format from /formats: text, markdown, json, hocr, pdf
                or docx.
        """
        with errors.boundary(self.page.words, request):
            wanted = exports.check_format(file_format)
            sent = uploads.taken(files, Upload)
            call = Call(sent, language, self.page.settings.limits)
            pages: list[dict[str, Any]] = []
            for step in self.told(call, progress, locale_of(request)):
                if isinstance(step, ReadPage):
                    pages = [*pages, exports.data.page(step.reading, step.number)]
                    yield pages, gr.skip(), gr.skip()
                else:
                    yield (gr.skip(),) * 3
            arguments = {"language": call.language, "file_format": wanted.key}
            yield pages, self.written(call, wanted, sent), self.recipe(call, sent, arguments)

    def formats(self) -> list[dict[str, str]]:
        """List the formats of files: key, name, extension, media type, what each holds."""
        return [vars(kind) for kind in exports.FORMATS.values()]

    def perform(
        self,
        files: Any,  # noqa: ANN401 - the data of a file, or of a list of files
        language: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[dict[Any, Any]]:
        """Read for the page: show each page as soon as it is read, and all files in the end."""
        with errors.boundary(self.page.words, request):
            yield from self.shown(uploads.taken(files, Upload), language, request, progress)

    def perform_photo(
        self,
        photo: dict[str, Any] | None,
        language: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[dict[Any, Any]]:
        """Read what the camera took; nothing is left to do when the visitor removes it again."""
        yield {self.on.made: gr.skip()}
        if photo:
            yield from self.perform(photo, language, request, progress)

    def perform_example(
        self,
        number: int,
        language: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[dict[Any, Any]]:
        """Read one of the examples."""
        with errors.boundary(self.page.words, request):
            file = HERE / "examples" / EXAMPLES[number]
            yield from self.shown([Upload(file, file.name)], language, request, progress)

    def shown(
        self, files: list[Upload], language: object, request: gr.Request, progress: gr.Progress
    ) -> Iterator[dict[Any, Any]]:
        """Yield what to change on the page while ``files`` are read."""
        on, locale = self.on, locale_of(request)
        call = Call(files, language, self.page.settings.limits)
        yield dict.fromkeys((on.viewer, on.text, on.markdown, on.json, on.files, on.made))
        seen: list[page_viewer.SeenPage] = []
        for step in self.told(call, progress, locale):
            if isinstance(step, ReadPage):
                seen.append(self.seen(step, locale))
                yield {on.viewer: self.view(seen, locale), on.text: _text(call)}
            elif isinstance(step, News) and step.progress.text:
                yield {on.text: f"{_text(call)}\n{step.progress.text}".strip()}
            else:
                yield {on.made: gr.skip()}
        readings = [page.reading for page in call.pages]
        arguments = {"language": call.language, "file_format": "pdf"}
        yield {
            on.markdown: exports.plain.markdown(readings),
            on.json: exports.data.document(readings, _title(files)),
            on.files: [self.written(call, kind, files) for kind in exports.FORMATS.values()],
            on.made: self.recipe(call, files, arguments),
        }

    def told(
        self, call: Call, progress: gr.Progress, locale: Locale
    ) -> Iterator[ReadPage | News | None]:
        """Yield what ``call`` yields, now and then, and tell the visitor how far it is."""
        turn = partial(self.page.turn, progress=progress, locale=locale)
        pace = Pace()
        for step in call.steps(self.page.workload, self.page.spec, turn):
            if isinstance(step, ReadPage):
                yield step
            elif pace.due():
                if step:
                    said = page_notes.progress(step, self.page.words, locale)
                    progress(step.share, desc=said)
                yield step

    def seen(self, page: ReadPage, locale: Locale) -> page_viewer.SeenPage:
        """Return a page for the viewer, with its picture where the browser can fetch it."""
        notes = page_notes.notes(page.reading, self.page.words, locale, self.names)
        picture = self.page.keep(f"page-{page.number}.jpg", page.jpeg)
        data = exports.data.page(page.reading, page.number)
        return page_viewer.SeenPage(picture, data, notes)

    def view(self, seen: list[page_viewer.SeenPage], locale: Locale) -> dict[str, Any]:
        """Return the value of the viewer."""
        below = ocr.DOUBTFUL_BELOW
        return page_viewer.shown(
            seen, self.page.words, locale, doubtful_below=below, names=self.names
        )

    def written(self, call: Call, kind: exports.Format, files: list[Upload]) -> str:
        """Write one format of what was read; return where it lies."""
        title = _title(files)
        return self.page.keep(speaking_name(title, "", kind.extension), call.file(kind, title))

    def recipe(self, call: Call, files: list[Upload], arguments: dict[str, Any]) -> dict[str, Any]:
        """Return the recipe of what was read."""
        sent = [{"name": f.name, "sha256": sha256(f.path.read_bytes()).hexdigest()} for f in files]
        made = recipe.write(
            self.page.choice,
            revision=call.revision,
            parameters={"files": sent, **arguments},
            seconds=call.seconds,
            also=[reader for reader in call.readers() if reader != self.page.choice.model.key],
        )
        return made.model_dump(mode="json")

    def opened(self, url: str) -> api_panel.Calls:
        """Show the call of the first example."""
        return api_panel.calls(url, "read", {"image": api_panel.File("letter.jpg"), **_AUTO})

    def called(self, url: str, made: dict[str, Any] | None) -> api_panel.Calls:
        """Show the call that made this result."""
        if made is None:
            return self.opened(url)
        arguments = dict(made["parameters"])
        names = [api_panel.File(file["name"]) for file in arguments.pop("files")]
        return api_panel.calls(url, "read_document", {"files": names, **arguments})


def _title(files: list[Upload]) -> str:
    """Return what the file is called, without its kind; a stranger may have named it."""
    return Path(files[0].name.replace("\\", "/")).stem or "page"


def _text(call: Call) -> str:
    return "\n\n".join(page.reading.text for page in call.pages)


_AUTO = {"language": "auto"}


def build(
    configuration: settings.Settings | None = None, load: workload.Workload | None = None
) -> gr.Blocks:
    """Build the page; nothing is loaded before its first visitor reads."""
    configuration = configuration or settings.current()
    words = Words.read(HERE / "words.toml")
    with Page(ocr.TASK, words, configuration, load or workload.process_wide()) as page:
        space = Ocr(page)
        page.header(wide=True)
        draw_form(words, space.on)
        draw_results(words, space.on)
        connect(space)
    return page


def draw_form(words: Words, on: SimpleNamespace) -> None:
    """Draw what everybody needs: the files, the language, the two buttons; the examples."""
    with gr.Row(equal_height=True):
        kinds = [".jpg", ".jpeg", ".png", ".webp", ".pdf"]
        on.upload = gr.File(
            label=words("files"),
            file_count="multiple",
            file_types=kinds,
            height=190,
            scale=3,
            elem_classes="paste-here",
        )
        with gr.Column(scale=2, min_width=280):
            on.read = gr.Button(words("read"), variant="primary", size="lg")
            on.stop = gr.Button(words("stop"))
            choices = [(words(f"language_{code}"), code) for code in ocr.LANGUAGES]
            on.language = gr.Radio(choices, value="auto", label=words("language"))
    uploads.only_uploads(on.upload, words)
    with gr.Accordion(words("camera"), open=False):
        on.camera = gr.Image(sources=["webcam"], type="filepath", show_label=False, height=320)
        uploads.only_uploads(on.camera, words)
    small = [[str(HERE / "examples" / "small" / f"{Path(n).stem}.jpg")] for n in EXAMPLES]
    on.examples = gr.Dataset(
        components=[gr.Image(visible=False)], samples=small, label=words("examples"), type="index"
    )


def draw_results(words: Words, on: SimpleNamespace) -> None:
    """Draw the viewer, the texts to copy and the files to download."""
    on.viewer = page_viewer.viewer()
    with gr.Tab(words("tab_text")):
        on.text = gr.Textbox(
            label=words("tab_text"), lines=3, max_lines=24, interactive=False, buttons=["copy"]
        )
    with gr.Tab("Markdown"):
        on.markdown = gr.Code(
            language="markdown", label="Markdown", interactive=False, wrap_lines=True, lines=3
        )
    with gr.Tab("JSON"):
        on.json = gr.JSON(label="JSON", height=480)
    with gr.Tab(words("tab_files")):
        on.files = gr.File(file_count="multiple", interactive=False, label=words("tab_files"))
    with gr.Accordion(words("recipe"), open=False):
        on.made = gr.JSON(label=words("recipe_label"))
    on.codes = api_panel.panel(words)
    on.address = gr.Textbox(visible=False)


def connect(space: Ocr) -> None:
    """Say what happens at a click, and which calls the API has."""
    on, page = space.on, space.page
    shown = [on.viewer, on.text, on.markdown, on.json, on.files, on.made]
    inside: dict[str, Any] = {"api_visibility": "private"}
    runs = Runs()
    for event, handler, source in (
        (on.read.click, space.perform, on.upload),
        (on.camera.input, space.perform_photo, on.camera),
        (on.examples.click, space.perform_example, on.examples),
    ):
        run = runs.add(event, handler, [source, on.language], shown, on.upload)
        run.success(space.called, [on.address, on.made], on.codes, js=_ADDRESS_AND, **inside)
    runs.connect(on.stop)
    page.load(space.opened, on.address, on.codes, js=_ADDRESS, **inside)
    page.load(None, js=uploads.PASTE, **inside)
    draw_api(space)


def draw_api(space: Ocr) -> None:
    """Say which calls the API has; their components are seen by programs only."""
    # Every handler checks its values itself, with its own errors.
    checks: dict[str, Any] = {"preprocess": False}
    words, kinds = space.page.words, list(exports.FORMATS)
    hidden: dict[str, Any] = {"visible": False}
    image = uploads.only_uploads(gr.File(label="image", **hidden), words)
    files = uploads.only_uploads(gr.File(file_count="multiple", label="files", **hidden), words)
    language = gr.Radio(list(ocr.LANGUAGES), value="auto", label="language", **hidden)
    file_format = gr.Radio(kinds, value="pdf", label="file_format", **hidden)
    text, made = gr.Textbox(label="text", **hidden), gr.JSON(label="recipe", **hidden)
    pages, file = gr.JSON(label="pages", **hidden), gr.File(label="file", **hidden)
    api = gr.Button(**hidden)
    one, many = [image, language], [files, language, file_format]
    api.click(space.read, one, [text, pages, made], api_name="read", **checks)
    api.click(space.read_document, many, [pages, file, made], api_name="read_document", **checks)
    gr.api(space.formats, api_name="formats")


# The browser alone knows the address under which the page is seen.
_ADDRESS = "() => [location.origin + location.pathname]"
_ADDRESS_AND = "(_, made) => [location.origin + location.pathname, made]"

if __name__ == "__main__":
    main(build)

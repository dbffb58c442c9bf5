"""The part of a page that watches what a visitor drops or records, and shows, edits and tells it.

What was heard is kept in a folder whose name nobody can guess; that name is the key by which its
visitor has it described aloud, until it is deleted with all results.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import Dependency

from portfolio_core import catalog
from portfolio_core.engines import speech_to_text as stt
from portfolio_core.engines.text_to_speech.reading import LANGUAGES
from portfolio_core.media import audio, footage
from portfolio_core.text import timeline
from portfolio_core.ui import errors, timeline_viewer, uploads
from portfolio_core.ui import timeline_results as results
from portfolio_core.ui.background import quietly
from portfolio_core.ui.documents_part import carried
from portfolio_core.ui.i18n import locale_of
from portfolio_core.ui.pace import Pace
from portfolio_core.ui.page import Page
from portfolio_core.ui.runs import Runs
from portfolio_core.ui.speaking import Aloud, Speaker
from portfolio_core.ui.theme import WAVEFORM
from portfolio_core.ui.timeline_results import Source
from portfolio_core.ui.watched import Watched, Wish
from portfolio_core.ui.watching import Watcher

Update = dict[Any, Any]
"""Components, and what becomes of them."""

_INSIDE: dict[str, Any] = {"api_visibility": "private"}
_KINDS = [f".{kind}" for kind in ("jpg", *footage.TYPES)]


class TimelinePart:
    """What a page's visitor sends, and what becomes of it.

    Attributes:
        made: Where the recipe of the last result is kept.
    """

    def __init__(
        self, page: Page, watcher: Watcher, speaker: Speaker, examples: Sequence[Path]
    ) -> None:
        """Draw it where the page is being built.

        Args:
            page: The page.
            watcher: Watches and listens.
            speaker: Tells aloud.
            examples: Files to try; beside each, in ``small``, is a picture of it.
        """
        self._page, self._watcher, self._speaker = page, watcher, speaker
        self._paths = list(examples)
        self._draw_form()
        self._viewer = timeline_viewer.viewer(page.words)
        self._draw_results()

    def _draw_form(self) -> None:
        words = self._page.words
        with gr.Row(equal_height=True):
            self._upload = gr.File(
                label=words("file"), file_types=_KINDS, height=190, scale=3,
                elem_classes="paste-here",
            )  # fmt: skip
            with gr.Column(scale=2, min_width=280):
                self._watch = gr.Button(words("watch"), variant="primary", size="lg")
                self._stop = gr.Button(words("stop"))
                # Nothing is chosen until the page knows its visitor: whoever is faster than that
                # gets the visitor's language all the same.
                self._language = gr.Radio(
                    [("English", "en"), ("한국어", "ko")], value=None, label=words("language")
                )
        with gr.Row():
            with gr.Column(min_width=300), gr.Accordion(words("record"), open=False):
                self._recording = gr.Audio(
                    sources=["microphone"], type="filepath", show_label=False,
                    waveform_options=WAVEFORM,
                )  # fmt: skip
            with gr.Column(min_width=300), gr.Accordion(words("more"), open=False):
                self._draw_more()
        for component in (self._upload, self._recording):
            uploads.only_uploads(component, words)
        small = [[str(path.parent / "small" / f"{path.stem}.jpg")] for path in self._paths]
        self._examples = gr.Dataset(
            components=[gr.Image(visible=False)], samples=small, label=words("examples"),
            type="index",
        )  # fmt: skip

    def _draw_more(self) -> None:
        words, page = self._page.words, self._page
        hearing = catalog.engine_class(page.also[stt.TASK].model)
        details = [(words(f"detail_{one.value}"), one.value) for one in page.engine_class.DETAILS]
        named = sorted(hearing.LANGUAGES, key=lambda code: code not in LANGUAGES)
        spoken = [(LANGUAGES.get(code, code), code) for code in named]
        self._detail = gr.Radio(details, value="detailed", label=words("detail"))
        self._spoken = gr.Dropdown(
            [(words("spoken_auto"), stt.AUTOMATIC), *spoken], value=stt.AUTOMATIC,
            label=words("spoken"),
        )  # fmt: skip
        self._translate = gr.Checkbox(label=words("translate"), visible=hearing.TRANSLATES)
        gr.Markdown(words("no_korean"), visible="ko" not in hearing.LANGUAGES, elem_classes="note")

    def _draw_results(self) -> None:
        words = self._page.words
        hidden: dict[str, Any] = {"visible": False}
        with gr.Column(**hidden) as self._aloud:
            with gr.Row():
                self._tell = gr.Button(words("aloud"), min_width=220)
                self._format = gr.Radio(
                    ["mp3", "wav", "flac", "ogg"], value="mp3", show_label=False, container=False,
                    min_width=300,
                )  # fmt: skip
            self._spoken_sound = gr.Audio(
                interactive=False, label=words("sound"), type="filepath", buttons=["download"],
                waveform_options=WAVEFORM, **hidden,
            )  # fmt: skip
            self._told = gr.Markdown(elem_classes="note")
        self._files = gr.File(
            file_count="multiple", interactive=False, label=words("files"), **hidden
        )
        with gr.Accordion(words("recipe"), open=False):
            self.made = gr.JSON(label=words("recipe_label"))
        self._edited, self._key = gr.JSON(**hidden), gr.Textbox(**hidden)

    def connect(self) -> list[Dependency]:
        """Say what happens at a click; return the runs whose recipe is in :attr:`made`."""
        wish = [self._detail, self._language, self._spoken, self._translate]
        shown = [
            self._viewer, self._files, self.made, self._edited, self._key, self._aloud,
            self._spoken_sound, self._told, self._upload,
        ]  # fmt: skip
        runs = Runs()
        watching = [
            runs.add(event, handler, [source, *wish], shown, self._upload)
            for event, handler, source in (
                (self._watch.click, self.perform, self._upload),
                (self._recording.stop_recording, self.perform_recording, self._recording),
                (self._examples.click, self.perform_example, self._examples),
            )
        ]
        told = [self._spoken_sound, self._told]
        given = [self._key, self._edited, self._format, self.made]
        runs.add(self._tell.click, self.tell, given, told, self._told)
        runs.connect(self._stop)
        self._viewer.edit(
            self.edit, self.made, [self._edited, self._files], show_progress="hidden", **_INSIDE
        )
        self._page.load(self.opened, None, self._language, **_INSIDE)
        return watching

    # --- what runs ------------------------------------------------------------------------------

    def perform(  # noqa: PLR0917 - in the order of the form
        self,
        sent: Any,  # noqa: ANN401 - the data of a file
        detail: str,
        language: str | None,
        spoken: str,
        translate: bool,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio asks for it
    ) -> Iterator[Update]:
        """Watch what was sent: show each scene and each sentence as soon as it is there."""
        with errors.boundary(self._page.words, request):
            written = language or locale_of(request)
            wish = self._watcher.wish(detail, written, spoken, translate)
            yield from self._shown(results.one(sent), wish, request, progress)

    def perform_recording(  # noqa: PLR0917 - in the order of the form
        self,
        sent: Any,  # noqa: ANN401 - the data of a file
        detail: str,
        language: str | None,
        spoken: str,
        translate: bool,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[Update]:
        """Listen to what was recorded, which then stands where a file is dropped."""
        news = self.perform(sent, detail, language, spoken, translate, request, progress)
        first = next(news)  # says that there is none
        yield {**first, self._upload: str(results.one(sent).path)}
        yield from news

    def perform_example(  # noqa: PLR0917 - in the order of the form
        self,
        number: int,
        detail: str,
        language: str | None,
        spoken: str,
        translate: bool,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[Update]:
        """Watch one of the examples."""
        with errors.boundary(self._page.words, request):
            written = language or locale_of(request)
            wish = self._watcher.wish(detail, written, spoken, translate)
            example = self._paths[number]
            kept = self._page.keep(example.name, example.read_bytes())
            yield {self._upload: kept}
            yield from self._shown(Source(Path(kept), example.name), wish, request, progress)

    def edit(self, made: dict[str, Any], event: gr.EventData, request: gr.Request) -> Any:  # noqa: ANN401
        """Write the files anew with the line that was edited."""
        with errors.boundary(self._page.words, request):
            lines = timeline.read(carried(event).get("timeline"), self._page.settings.limits)
            return timeline.data(lines), results.files(self._page, lines, _called(made))

    def tell(  # noqa: PLR0917 - in the order of the form
        self,
        key: str,
        edited: dict[str, Any],
        file_format: str,
        made: dict[str, Any],
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[Any]:
        """Tell aloud what stands on the page, edited or not."""
        page, locale = self._page, locale_of(request)
        with errors.boundary(page.words, request):
            kind = audio.check_format(file_format)
            lines = timeline.read(edited, page.settings.limits)
            yield gr.Audio(visible=False), ""
            heard = None
            if key:
                folder = page.kept(key)
                file = folder / timeline_viewer.SOUND_FILE if folder else None
                opening = self._watcher.opened(file, progress, locale)
                heard = (yield from quietly(opening, 2)).sound
            speaking = self._speaker.describe(lines, heard, progress, locale)
            aloud: Aloud = yield from quietly(speaking, 2)
            sound = results.sound(page, aloud, kind, _called(made))
            yield gr.Audio(sound, visible=True), results.told(aloud, page.words, locale)

    def opened(self, request: gr.Request) -> gr.Radio:
        """Write captions in the visitor's language."""
        return gr.Radio(value=locale_of(request))

    def _shown(
        self, sent: Source, wish: Wish, request: gr.Request, progress: gr.Progress
    ) -> Iterator[Update]:
        """Yield what to change on the page while ``sent`` is watched."""
        page, locale, pace = self._page, locale_of(request), Pace()
        yield self._emptied()
        work, view = self._watcher.watch(sent.path, wish, progress, locale), None
        while True:
            try:
                news = next(work)
            except StopIteration as ended:
                done: Watched = ended.value
                break
            if news and (view is None or pace.due()):
                view = view or timeline_viewer.Shown(page, sent.path, news)
                yield {self._viewer: view.value(whole=False)}
            else:
                yield {self.made: gr.skip()}
        view = view or timeline_viewer.Shown(page, sent.path, done)
        said = results.notes(done, page.words, locale)
        who = results.models(done, page.words, locale)
        yield {
            self._viewer: view.value(whole=True, notes=said, models=who),
            self._files: gr.File(results.files(page, done.timeline, sent.title), visible=True),
            self.made: done.recipe({"file": sent.mark(), **wish.arguments()}),
            self._edited: timeline.data(done.timeline),
            self._key: view.key,
            self._aloud: gr.Column(visible=bool(done.scenes)),
        }

    def _emptied(self) -> Update:
        gone = (self._viewer, self.made, self._edited)
        hidden = {
            self._files: gr.File(visible=False),
            self._spoken_sound: gr.Audio(visible=False),
            self._aloud: gr.Column(visible=False),
        }
        return {**dict.fromkeys(gone), **hidden, self._key: "", self._told: ""}


def _called(made: object) -> str:
    """Return what the file of a recipe is called; a program may have sent something else."""
    try:
        return results.title(made["parameters"]["file"]["name"])  # type: ignore[index]
    except (KeyError, TypeError):
        return results.title("")

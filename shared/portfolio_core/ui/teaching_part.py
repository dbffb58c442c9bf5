"""The part of a page where a visitor trains an adapter, and takes it away or chats with it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.events import Dependency

from portfolio_core.settings import Limits
from portfolio_core.ui import errors, tuning, uploads
from portfolio_core.ui.background import Status, quietly
from portfolio_core.ui.chatting import Desk
from portfolio_core.ui.i18n import Words, locale_of
from portfolio_core.ui.page import Page
from portfolio_core.ui.sliders import slider
from portfolio_core.ui.teaching import Taught, Teacher, sent

KINDS = (".jsonl", ".csv", ".json")
_MINUTES, _EPOCHS = 3, 8
TRAINING = (("minutes", _MINUTES), ("epochs", _EPOCHS), ("seed", 0))
"""The numbers of the endpoint, and what they are where nobody says otherwise."""


def fill_in(words: Words, limits: Limits) -> None:
    """Say what may be asked for; do it before the page is made."""
    told = {"rows": limits.tune_rows, "minutes": f"{limits.tune_seconds / 60:g}"}
    words.fill("teach", {"en": told, "ko": told})


class TeachingPart:
    """The training of a page's visitor."""

    def __init__(self, page: Page, desk: Desk, example: Path) -> None:
        """Draw it where the page is being built.

        Args:
            page: The page.
            desk: Where what was trained is chatted with.
            example: A file with rows, to look at and to try.
        """
        self._page, self._desk, self._example = page, desk, example
        self._teacher = Teacher(page)
        words = page.words
        gr.Markdown(words("teach"))
        self._file = gr.File(
            label=words("rows"), file_types=list(KINDS), height=140, elem_classes="paste-here"
        )
        uploads.only_uploads(self._file, words)
        with gr.Row():
            self._minutes = slider(
                0.5, self._teacher.most_minutes, _MINUTES,
                step=0.5, label=words("minutes"), min_width=240,
            )  # fmt: skip
            self._epochs = gr.Slider(1, 50, _EPOCHS, step=1, label=words("epochs"), min_width=240)
            self._seed = gr.Number(0, precision=0, label=words("seed"))
        with gr.Row():
            self._train = gr.Button(words("train"), variant="primary", scale=3, min_width=120)
            self._try = gr.Button(words("train_example"), scale=2, min_width=160)
            self._stop = gr.Button(words("stop"), scale=1, min_width=70)
        self._done = gr.Markdown(visible=False)
        self._viewer = tuning.viewer(words)

    def connect(self, adapter: gr.Radio, made: gr.JSON, endpoint: gr.Textbox) -> list[Dependency]:
        """Say what happens at a click; return the trainings, for what comes after.

        Args:
            adapter: Where adapters are chosen; what was trained is chosen from then on.
            made: Where the recipe of the last result is kept.
            endpoint: Where the name of its endpoint is.
        """
        inside: dict[str, Any] = {"api_visibility": "private"}
        self._adapter, self._made, self._endpoint = adapter, made, endpoint
        shown = [self._viewer, self._done, adapter, made, endpoint]
        settings = [self._minutes, self._epochs, self._seed]
        runs: list[Any] = [
            self._train.click(
                self.perform, [self._file, *settings], shown, preprocess=False,
                show_progress="hidden", trigger_mode="once", **inside,
            ),
            self._try.click(
                self.perform_example, settings, shown, preprocess=False,
                show_progress="hidden", trigger_mode="once", **inside,
            ),
        ]  # fmt: skip
        self._stop.click(lambda: None, None, self._viewer, cancels=runs, **inside)
        for run in runs:
            run.failure(lambda: None, None, self._viewer, show_progress="hidden", **inside)
        return runs

    # --- what runs ---------------------------------------------------------------------------

    def perform(
        self,
        file: Any,  # noqa: ANN401 - the data of a file
        minutes: float,
        epochs: float,
        seed: float,
        request: gr.Request,
    ) -> Iterator[dict[Any, Any]]:
        """Train on the visitor's rows, show the loss falling, and choose what came out."""
        with errors.boundary(self._page.words, request):
            given = next(iter(uploads.taken(file, sent)), None)
            yield from self._shown(given, minutes, epochs, seed, request)

    def perform_example(
        self, minutes: float, epochs: float, seed: float, request: gr.Request
    ) -> Iterator[dict[Any, Any]]:
        """Train on the example's rows."""
        with errors.boundary(self._page.words, request):
            given = (self._example, self._example.name)
            yield from self._shown(given, minutes, epochs, seed, request)

    def train(  # noqa: D417, PLR0917 - Gradio fills in the last two
        self,
        file: Any,  # noqa: ANN401
        minutes: float = _MINUTES,
        epochs: float = _EPOCHS,
        seed: int = 0,
        request: gr.Request = None,  # type: ignore[assignment]  # Gradio fills it in
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio asks for it
    ) -> Iterator[tuple[Any, ...]]:
        """Train an adapter of the small starter; return its report, a zip, its key and the recipe.

        The key stands for the adapter in /chat and /compare, for an hour.

        Args:
            file: Up to 500 rows: JSON lines with "messages", JSON or JSON lines with "instruction"
                and "output", or CSV with the columns question and answer.
            minutes: It ends after so long with what it has learnt, 0.1 to 10.
            epochs: How often the rows are gone through, 1 to 50.
            seed: Of all choices; the same rows and seed give the same, 0 to 4294967295.
        """
        with errors.boundary(self._page.words, request):
            given = next(iter(uploads.taken(file, sent)), None)
            work = self._teacher.teach(
                given, minutes, epochs, seed, progress=progress, locale=locale_of(request)
            )
            done: Taught = yield from quietly(work, 4)
            told = done.report.model_dump(mode="json")
            yield told, done.file, done.adapter.key, done.recipe()

    def _shown(
        self,
        given: tuple[Path, str] | None,
        minutes: object,
        epochs: object,
        seed: object,
        request: gr.Request,
    ) -> Iterator[dict[Any, Any]]:
        words, locale, status = self._page.words, locale_of(request), Status()
        work = self._teacher.teach(given, minutes, epochs, seed, progress=status, locale=locale)
        waiting = {"curve": [], "status": words.say("preparing", locale)}
        yield {self._viewer: waiting, self._done: gr.Markdown(visible=False)}
        while True:
            try:
                news = next(work)
            except StopIteration as ended:
                done: Taught = ended.value
                break
            if news:
                yield {self._viewer: news.told()}
            else:
                yield (
                    {self._viewer: {**waiting, "status": status.text}}
                    if status.text
                    else {self._done: gr.skip()}
                )
        name = words.say("own_adapter", locale)
        view = tuning.shown(done.adapter, done.report, name=name, file=done.file)
        choices = [(self._desk.title(key, locale), key) for key in self._desk.offered]
        choices += [(name, done.adapter.key), (words.say("base_only", locale), "")]
        yield {
            self._viewer: view,
            self._done: gr.Markdown(words.say("trained", locale), visible=True),
            self._adapter: gr.Radio(choices, value=done.adapter.key),
            self._made: done.recipe(),
            self._endpoint: "train",
        }

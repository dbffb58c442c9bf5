"""Is it Ronald? The page and the API of the Space ``ronald-classifier``."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr

from portfolio_core import settings, workload
from portfolio_core.engines.classification import TASK
from portfolio_core.engines.classification.ranking import Source
from portfolio_core.ui import (
    api_panel,
    classified,
    classifying,
    errors,
    lesson,
    piles,
    ranked,
    uploads,
    verdict,
)
from portfolio_core.ui.background import quietly
from portfolio_core.ui.classified import Results, marks
from portfolio_core.ui.classifying import THINGS, Desk, Judged, Learnt, Ranked
from portfolio_core.ui.i18n import Locale, Words, locale_of
from portfolio_core.ui.launch import main
from portfolio_core.ui.page import Page
from portfolio_core.ui.runs import Runs

HERE = Path(__file__).parent
EXAMPLES = sorted((HERE / "examples").glob("*.jpg"))
FAVOURITE = "ronald"


class Ronald:
    """The handlers of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.desk, self.results = Desk(page, FAVOURITE), Results(page)
        self.on = SimpleNamespace()  # the page's components, by name

    def classify(
        self,
        image: dict[str, Any] | None,
        model: str = "",
        request: gr.Request = None,  # type: ignore[assignment]  # Gradio fills it in
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio asks for it
    ) -> Iterator[tuple[Any, ...]]:
        """Say what a picture shows, with calibrated probabilities, or that this is unsure.

        Args:
            image: A JPEG, PNG or WEBP picture, up to 25 megapixels.
            model: Key of a classifier that /train has returned, "imagenet" for a thousand
                things where that model can be had; empty for Ronald or not.
        """
        with errors.boundary(self.page.words, request):
            sent = uploads.taken(image, classifying.source)
            work = self.desk.judge(_first(sent), model, progress, locale_of(request))
            done: Judged = yield from quietly(work, 2)
            used = {"image": marks(sent)[0], "model": model}
            yield classified.answer(done), self.results.recipe(done, used)

    def explain(
        self,
        image: dict[str, Any] | None,
        label: str = "",
        model: str = "",
        request: gr.Request = None,  # type: ignore[assignment]
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[Any]:
        """Show where the network looked: the picture, bright where it speaks for a class.

        Args:
            image: As for /classify.
            label: Name of the class; empty for the likeliest.
            model: As for /classify.
        """
        with errors.boundary(self.page.words, request):
            sent = uploads.taken(image, classifying.source)
            work = self.desk.judge(
                _first(sent), model, progress, locale_of(request), label=label, heat=True
            )
            done: Judged = yield from quietly(work, 1)
            yield self.results.heat(done)

    def rank(
        self,
        files: list[dict[str, Any]] | None,
        urls: str = "",
        label: str = "",
        model: str = "",
        request: gr.Request = None,  # type: ignore[assignment]
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[tuple[Any, ...]]:
        """Rank pictures by how likely each shows a class; return the ranking, as CSV, too.

        Args:
            files: JPEG, PNG or WEBP pictures, up to 50 together with the addresses.
            urls: Addresses of pictures on the public web, one in each line.
            label: Name of the class; empty for Ronald, or for the first of a trained classifier.
            model: As for /classify.
        """
        with errors.boundary(self.page.words, request):
            sent, locale = uploads.taken(files, classifying.source), locale_of(request)
            work = self.desk.rank(sent, urls, progress, locale, label=label, model=model)
            done: Ranked = yield from quietly(work, 3)
            used = {"files": marks(sent), "urls": urls, "label": label, "model": model}
            made = self.results.recipe(done, used)
            yield classified.order(done.ranking), self.results.table(done), made

    def train(
        self,
        files: list[dict[str, Any]] | None,
        labels: list[str],
        seed: int = 0,
        request: gr.Request = None,  # type: ignore[assignment]
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[tuple[Any, ...]]:
        """Learn classes from pictures; return numbers on held-out ones, the file, and its key.

        The key stands for the trained classifier in /classify, /rank and /explain, for an hour.

        Args:
            files: JPEG, PNG or WEBP pictures, up to 400 with 100 MB together.
            labels: For each of them the name of its class, in the same order; two classes at
                least, with five different pictures each.
            seed: Of all choices; the same pictures and seed give the same, 0 to 2147483647.
        """
        with errors.boundary(self.page.words, request):
            sent, locale = uploads.taken(files, classifying.file), locale_of(request)
            work = self.desk.learn(sent, labels, seed, progress, locale)
            done: Learnt = yield from quietly(work, 4)
            used = {"files": marks(sent), "labels": labels}
            yield done.told, done.file, done.key, self.results.recipe(done, used, int(seed))

    def perform(
        self,
        image: Any,  # noqa: ANN401 - the data of a file
        model: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[list[Any]]:
        """Answer about one picture on the page: the answer first, then where it looked."""
        with errors.boundary(self.page.words, request):
            sent = uploads.taken(image, classifying.source)
            if sent:
                yield from self.answered(sent, model, request, progress)
            else:  # it was taken out again
                yield [None, gr.skip(), gr.skip()]

    def perform_example(
        self,
        number: int,
        model: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[list[Any]]:
        """Answer about one of the examples."""
        with errors.boundary(self.page.words, request):
            sent = [Source(EXAMPLES[number].name, EXAMPLES[number])]
            yield from self.answered(sent, model, request, progress)

    def answered(
        self, sent: list[Source], model: str, request: gr.Request, progress: gr.Progress
    ) -> Iterator[list[Any]]:
        """Yield the answer, its recipe, and the name of the endpoint that gives the same."""
        picture = ""
        work = self.desk.judge(sent[0], model, progress, locale_of(request), heat=True)
        for step in work:
            if step is None:
                yield [gr.skip()] * 3
                continue
            picture = picture or self.results.picture(step)
            view = self.results.view(step, picture, own=model not in {"", THINGS})
            if step.heat is None:
                yield [view, gr.skip(), gr.skip()]
            else:
                used = {"image": marks(sent)[0], "model": model}
                yield [view, self.results.recipe(step, used), "classify"]

    def perform_rank(
        self,
        dropped: Any,  # noqa: ANN401 - what the piles hold
        urls: str,
        model: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[list[Any]]:
        """Rank what was dropped and pasted, on the page."""
        with errors.boundary(self.page.words, request):
            sent = uploads.taken(piles.files(dropped), classifying.source)
            yield from self.in_order(sent, urls, model, request, progress)

    def perform_examples(
        self,
        model: str,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[list[Any]]:
        """Rank the examples."""
        with errors.boundary(self.page.words, request):
            sent = [Source(file.name, file) for file in EXAMPLES]
            yield from self.in_order(sent, "", model, request, progress)

    def in_order(
        self, sent: list[Source], urls: str, model: str, request: gr.Request, progress: gr.Progress
    ) -> Iterator[list[Any]]:
        """Yield the ranking, its recipe, and the name of the endpoint that gives the same."""
        locale = locale_of(request)
        work = self.desk.rank(sent, urls, progress, locale, label="", model=model)
        done: Ranked = yield from quietly(work, 3)
        used = {"files": marks(sent), "urls": urls, "model": model}
        yield [self.results.order(done, locale), self.results.recipe(done, used), "rank"]

    def perform_train(
        self,
        dropped: Any,  # noqa: ANN401 - what the piles hold
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[list[Any]]:
        """Learn from the piles on the page, and let the new classifier answer from now on."""
        with errors.boundary(self.page.words, request):
            sent, locale = uploads.taken(piles.files(dropped), classifying.file), locale_of(request)
            labels, say = piles.labels(dropped), self.page.words.say
            work = self.desk.learn(sent, labels, 0, progress, locale)
            done: Learnt = yield from quietly(work, 5)
            names = say("which_yours", locale, names=" / ".join(done.found.classes))
            choices = [*self.choices(locale), (names, done.key)]
            which = gr.Radio(choices, value=done.key, visible=True)
            made = self.results.recipe(done, {"files": marks(sent), "labels": labels}, 0)
            report = self.results.report(done, locale)
            yield [report, made, "train", which, gr.Column(visible=True)]

    def choices(self, locale: Locale) -> list[tuple[str, str]]:
        """Return the classifiers that every visitor may ask, names with keys."""
        keys = {"which_own": "", "which_things": THINGS}
        there = keys if self.desk.things else ["which_own"]
        return [(self.page.words.text(name, locale), keys[name]) for name in there]

    def opened(self, url: str, request: gr.Request) -> tuple[Any, ...]:
        """Name the classifiers, and show the call of the first example."""
        choices = self.choices(locale_of(request))
        which = gr.Radio(choices, visible=len(choices) > 1)
        return which, *self.first_call(url)

    def first_call(self, url: str) -> api_panel.Calls:
        """Show the call of the first example."""
        return api_panel.calls(url, "classify", {"image": api_panel.File(EXAMPLES[0].name)})

    def called(self, url: str, made: dict[str, Any] | None, name: str) -> api_panel.Calls:
        """Show the call that made this result."""
        if made is None:
            return self.first_call(url)
        return api_panel.calls(url, name, classified.arguments(made["parameters"]))


def _first(sent: list[Source]) -> Source | None:
    return sent[0] if sent else None


def build(
    configuration: settings.Settings | None = None, load: workload.Workload | None = None
) -> gr.Blocks:
    """Build the page; nothing is loaded before its first visitor asks."""
    configuration = configuration or settings.current()
    words = Words.read(HERE / "words.toml")
    with Page(TASK, words, configuration, load or workload.process_wide()) as page:
        space = Ronald(page)
        page.header(wide=True)
        draw(space)
        connect(space)
        draw_api(space)
    return page


def draw(space: Ronald) -> None:
    """Draw the three things to do, what to know, and the call of the last one."""
    words, on, limits = space.page.words, space.on, space.page.settings.limits
    on.which = gr.Radio([(words("which_own"), "")], value="", label=words("which"), visible=False)
    with gr.Tab(words("tab_one")):
        on.image = draw_image(words, "image", "paste-here")
        samples = [[str(file)] for file in EXAMPLES]
        on.examples = gr.Dataset(
            components=[gr.Image(visible=False)],
            samples=samples,
            label=words("examples"),
            type="index",
        )
        on.verdict = verdict.viewer(words)
    with gr.Tab(words("tab_many")):
        with gr.Row():
            with gr.Column(scale=3, min_width=300):
                on.many = piles.one(words, "run_rank", limits.rank_files)
            with gr.Column(scale=2, min_width=280):
                on.urls = gr.Textbox(
                    label=words("urls"), placeholder="https://", lines=4, max_lines=12
                )
                with gr.Row():
                    on.rank_examples = gr.Button(words("run_examples"), size="md")
                    on.stop_ranking = gr.Button(words("stop"), size="md", scale=0, min_width=100)
        on.ranked = ranked.viewer(words)
    with gr.Tab(words("tab_teach")):
        gr.Markdown(words("teach"))
        on.piles = piles.named(words, "run_learn", limits.train_files)
        with gr.Row():
            on.stop_learning = gr.Button(words("stop"), size="md", scale=0, min_width=160)
        on.lesson = lesson.viewer(words)
        with gr.Column(visible=False) as on.trying:
            on.try_image = draw_image(words, "try", "")
            on.try_verdict = verdict.viewer(words)
    with gr.Tab(words("tab_about")):
        gr.Markdown(words("about"))
    with gr.Accordion(words("recipe"), open=False):
        on.made = gr.JSON(label=words("recipe_label"))
    on.codes = api_panel.panel(words)
    on.address, on.endpoint = gr.Textbox(visible=False), gr.Textbox(visible=False)


def draw_image(words: Words, label: str, classes: str) -> gr.Image:
    """Draw where one picture is dropped, pasted or taken."""
    image = gr.Image(
        sources=["upload", "webcam", "clipboard"],
        type="filepath",
        label=words(label),
        height=260,
        elem_classes=classes,
    )
    return uploads.only_uploads(image, words)


def connect(space: Ronald) -> None:
    """Say what happens at a click, a drop, a paste."""
    on, page, runs = space.on, space.page, Runs()
    inside: dict[str, Any] = {"api_visibility": "private"}
    told = [on.made, on.endpoint]
    for component in (on.many, on.piles):
        uploads.only_uploads(component, page.words)
    for event, handler, given, outputs in (
        (on.image.input, space.perform, [on.image, on.which], [on.verdict, *told]),
        (on.examples.click, space.perform_example, [on.examples, on.which], [on.verdict, *told]),
        (on.many.run, space.perform_rank, [on.many, on.urls, on.which], [on.ranked, *told]),
        (on.rank_examples.click, space.perform_examples, [on.which], [on.ranked, *told]),
        (
            on.piles.run,
            space.perform_train,
            [on.piles],
            [on.lesson, *told, on.which, on.trying],
        ),
        (on.try_image.input, space.perform, [on.try_image, on.which], [on.try_verdict, *told]),
    ):
        run = runs.add(event, handler, given, outputs, outputs[0])
        run.success(space.called, [on.address, *told], on.codes, js=_ADDRESS_AND, **inside)
    runs.connect(on.stop_ranking, on.stop_learning)
    page.load(space.opened, on.address, [on.which, *on.codes], js=_ADDRESS, **inside)
    page.load(None, js=uploads.PASTE, **inside)


def draw_api(space: Ronald) -> None:
    """Say which calls the API has; their components are seen by programs only."""
    # Every handler checks its values itself, with its own errors.
    checks: dict[str, Any] = {"preprocess": False}
    words = space.page.words
    hidden: dict[str, Any] = {"visible": False}
    image = uploads.only_uploads(gr.File(label="image", **hidden), words)
    files = uploads.only_uploads(gr.File(file_count="multiple", label="files", **hidden), words)
    urls, label, model = (
        gr.Textbox(value="", label=name, **hidden) for name in ("urls", "label", "model")
    )
    labels, seed = gr.JSON(label="labels", **hidden), gr.Number(0, label="seed", **hidden)
    answer, made = gr.JSON(label="answer", **hidden), gr.JSON(label="recipe", **hidden)
    heat, file = gr.Image(label="heat map", **hidden), gr.File(label="file", **hidden)
    key = gr.Textbox(label="key", **hidden)
    api = gr.Button(**hidden)
    for handler, inputs, outputs in (
        (space.classify, [image, model], [answer, made]),
        (space.explain, [image, label, model], [heat]),
        (space.rank, [files, urls, label, model], [answer, file, made]),
        (space.train, [files, labels, seed], [answer, file, key, made]),
    ):
        api.click(handler, inputs, outputs, api_name=handler.__name__, **checks)


# The browser alone knows the address under which the page is seen.
_ADDRESS = "() => [location.origin + location.pathname]"
_ADDRESS_AND = "(_, made, name) => [location.origin + location.pathname, made, name]"

if __name__ == "__main__":
    main(build)

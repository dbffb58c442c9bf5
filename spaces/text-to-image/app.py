"""Text to image: the page and the API of the Space ``text-to-image``."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr

from portfolio_core import settings, workload
from portfolio_core.engines.text_to_image import TASK
from portfolio_core.errors import InvalidInput, NoFile
from portfolio_core.settings import Preset
from portfolio_core.ui import api_panel, easel, errors, restoring, uploads
from portfolio_core.ui.background import Status
from portfolio_core.ui.i18n import Words, locale_of
from portfolio_core.ui.launch import main
from portfolio_core.ui.page import Page
from portfolio_core.ui.picture_examples import examples
from portfolio_core.ui.picture_form import PARAMETERS, Form
from portfolio_core.ui.picture_view import View, estimated, restored
from portfolio_core.ui.pictured import ENDPOINT, Kept, Results
from portfolio_core.ui.picturing import Desk
from portfolio_core.ui.runs import Runs
from portfolio_core.ui.styles import Styles

HERE = Path(__file__).parent


class TextToImage:
    """The handlers of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.styles = Styles.read(HERE / "styles.toml")
        self.desk, self.results = Desk(page, self.styles), Results(page)
        self.on = SimpleNamespace()  # the page's components, by name

    # --- for programs ------------------------------------------------------------------------

    def generate(
        self,
        prompt: str,
        negative_prompt: str = "",
        style: str = "",
        width: int | None = None,
        height: int | None = None,
        steps: int | None = None,
        guidance: float | None = None,
        scheduler: str | None = None,
        seed: int | None = None,
        count: int = 1,
        refine_from: float | None = None,
        compare: str = "",
        values: str = "",
        request: gr.Request = None,  # type: ignore[assignment]  # Gradio fills it in
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio asks for it
    ) -> Iterator[tuple[Any, ...]]:
        """Draw pictures; return the files, their recipes, what to know of them, and a sheet.

        Each file is a PNG that carries its recipe, the same in A1111's form, and the call that
        makes it again. The same arguments with the same seed give the same pictures.

        Args:
            prompt: What is to be seen, up to 2,000 characters.
            negative_prompt: What is not to be seen.
            style: Key of a style that /styles lists; empty for none.
            width: In pixels; none for what the model draws best. /abilities has the bounds.
            height: The same.
            steps: Denoising steps; none for the model's own.
            guidance: How closely to follow the prompt, 0 to 30; none for the model's own.
            scheduler: Key of a scheduler that /abilities lists; none for the model's own.
            seed: Of the first picture, 0 to 4294967295; the next has the next. None draws one,
                and the recipe tells it.
            count: Pictures, 1 to 4.
            refine_from: Share of the steps after which the refiner takes over, 0 to 1, where the
                model has one; none for no refiner.
            compare: Draw a picture for each of several values of this: steps, guidance,
                scheduler, seed or refine_from; empty for none.
            values: The values to compare, with commas between them, as "4, 8, 16"; "none" among
                those of refine_from stands for no refiner.
        """
        form = dict(zip(PARAMETERS, (
            prompt, negative_prompt, style, width, height, steps, guidance, scheduler, seed,
            count, refine_from, compare, values,
        ), strict=True))  # fmt: skip
        words, locale = self.page.words, locale_of(request)
        with errors.boundary(words, request):
            wish = self.desk.wish(form)
            kept: list[Kept] = []
            for sketch in self.desk.draw(wish, progress, locale):
                if sketch and sketch.finished:
                    kept.append(self.results.keep(sketch.finished))
                elif sketch:
                    said = words.say("step", locale, done=sketch.done, total=sketch.total)
                    progress(sketch.share, desc=said)
                yield (gr.skip(),) * 4
            notes = [
                {"picture": number, **note}
                for number, one in enumerate(kept)
                for note in self.results.notes(one.cell.notes, locale)
            ]
            sheet = self.results.sheet(wish, [one.cell for one in kept])
            yield [one.path for one in kept], [one.recipe for one in kept], notes, sheet

    def estimate(
        self,
        width: int | None = None,
        height: int | None = None,
        steps: int | None = None,
        count: int = 1,
        refine_from: float | None = None,
        compare: str = "",
        values: str = "",
        request: gr.Request = None,  # type: ignore[assignment]
    ) -> dict[str, Any]:
        """Say how long /generate will take on this machine, in seconds, before it is called.

        Args:
            width: As for /generate.
            height: As for /generate.
            steps: As for /generate.
            count: As for /generate.
            refine_from: As for /generate.
            compare: As for /generate.
            values: As for /generate.
        """
        form = {"width": width, "height": height, "steps": steps, "count": count,
                "refine_from": refine_from, "compare": compare, "values": values}  # fmt: skip
        with errors.boundary(self.page.words, request):
            about = self.desk.estimate(self.desk.wish({"prompt": "-", **form}))
            return {"seconds": round(about.seconds, 1), "learnt": about.learnt}

    def recipe(
        self,
        image: dict[str, Any] | None,
        request: gr.Request = None,  # type: ignore[assignment]
    ) -> dict[str, Any]:
        """Read from a picture how it was made: arguments for /generate, and what is not the same.

        Args:
            image: A PNG that was made here, or by A1111's Web UI.
        """
        with errors.boundary(self.page.words, request):
            found = self.read(image)
            told = [{"code": one.code, **one.fields} for one in found.problems]
            return {"source": found.source, "settings": found.settings, "problems": told}

    def abilities(self) -> dict[str, Any]:
        """Say what the model can be asked for: sizes, steps, schedulers, languages."""
        able, limits = self.desk.abilities, self.page.settings.limits
        return {**vars(able), "most_steps": min(able.most_steps, limits.draw_steps)}

    def list_styles(self) -> list[dict[str, str]]:
        """List the styles: key, name, name in Korean."""
        korean = {key: name for name, key in self.styles.choices("ko")}
        return [{"key": key, "name": name, "name_ko": korean[key]}
                for name, key in self.styles.choices("en")]  # fmt: skip

    # --- for the page ------------------------------------------------------------------------

    def perform(self, request: gr.Request, *values: object) -> Iterator[dict[Any, Any]]:
        """Draw for the page, and show the pictures growing."""
        page, on, locale = self.page, self.on, locale_of(request)
        with errors.boundary(page.words, request):
            wish, status = self.desk.wish(on.form.read(values)), Status()
            view = View(page, self.results, wish, locale)
            yield {on.easel: view.waiting(page.words.say("starting", locale)),
                   on.form["seed"]: wish.arguments["seed"], on.restored: ""}  # fmt: skip
            kept: list[Kept] = []
            work = self.desk.draw(wish, status, locale)
            while True:
                try:
                    sketch = next(work)
                except StopIteration as done:
                    seconds: float = done.value
                    break
                if sketch is None:
                    yield {on.easel: view.waiting(status.text)}
                    continue
                if sketch.finished:
                    kept.append(self.results.keep(sketch.finished))
                yield {on.easel: view.drawing(sketch, kept)}
            sheet = self.results.sheet(wish, [one.cell for one in kept])
            about = estimated(page, self.desk.estimate(wish), locale)
            yield {on.easel: view.whole(kept, seconds, sheet), on.arguments: dict(wish.arguments),
                   on.made: [one.recipe for one in kept], on.about: about}  # fmt: skip

    def restore(self, value: Any, request: gr.Request) -> dict[Any, Any]:  # noqa: ANN401 - the easel's
        """Fill the form in from a picture that was dropped, or that was drawn on this visit."""
        page, locale = self.page, locale_of(request)
        with errors.boundary(page.words, request):
            place = easel.chosen(value)
            folder = page.kept(place[0]) if place else None
            own = {"path": str(folder / place[1])} if folder and place else None
            found = self.read(own or easel.dropped(value))
            names = [name for name, value in found.settings.items() if value not in (None, "")]
            told = restored(page, names, found.problems, locale)
            return {**self.on.form.filled(found.settings), self.on.restored: told}

    def read(self, image: Any) -> restoring.Restored:  # noqa: ANN401 - the data of a file
        """Read how an uploaded picture was made."""
        files = uploads.taken(image, lambda path, _: path)
        if not files or not files[0].is_file():
            raise NoFile
        model = self.page.choice.model
        return restoring.restored(
            files[0],
            known={"style": "", **self.desk.wish({"prompt": "-"}).arguments},
            check=self.desk.wish,
            model=model,
            revision=model.hub.revision if model.hub else "",
            limits=self.page.settings.limits,
        )

    def pack(self, value: Any, request: gr.Request) -> str | None:  # noqa: ANN401 - the easel's
        """Pack the pictures of the visit, with their recipes."""
        with errors.boundary(self.page.words, request):
            packed = self.results.pack(easel.packed(value))
            if packed is None:
                raise NoFile
            return packed

    def timed(self, request: gr.Request, *values: object) -> str:
        """Say how long the drawing will take; nothing while a value cannot be used."""
        try:
            wish = self.desk.wish({**self.on.form.read(values), "prompt": "-"})
        except InvalidInput as error:
            return errors.said(error, locale_of(request))
        return estimated(self.page, self.desk.estimate(wish), locale_of(request))

    def example(self, number: int, request: gr.Request) -> str:
        """Return one of the examples that this visitor sees."""
        return self.on.examples[locale_of(request)][number]

    def opened(self, url: str, request: gr.Request) -> dict[Any, Any]:
        """Say in the visitor's language what the browser cannot look up by itself."""
        on, locale = self.on, locale_of(request)
        prompts = on.examples[locale]
        arguments = {"prompt": prompts[0], "seed": 1}
        codes = zip(on.codes, api_panel.calls(url, ENDPOINT, arguments), strict=True)
        about = estimated(self.page, self.desk.estimate(self.desk.wish(arguments)), locale)
        samples = gr.Dataset(samples=[[prompt] for prompt in prompts])
        hint = {on.form["prompt"]: gr.Textbox(placeholder=prompts[0])}
        told = {**hint, on.samples: samples, on.about: about}
        return {**on.form.translated(locale), **told, **dict(codes)}

    def called(self, url: str, arguments: dict[str, Any]) -> api_panel.Calls:
        """Show the call that made this result."""
        told = {name: value for name, value in arguments.items() if value not in (None, "")}
        return api_panel.calls(url, ENDPOINT, told)


def build(
    configuration: settings.Settings | None = None, load: workload.Workload | None = None
) -> gr.Blocks:
    """Build the page; nothing is loaded before its first visitor draws."""
    configuration = configuration or settings.current()
    words = Words.read(HERE / "words.toml")
    with Page(TASK, words, configuration, load or workload.process_wide()) as page:
        space = TextToImage(page)
        page.header(wide=True)
        draw(space)
        connect(space)
        draw_api(space)
    return page


def draw(space: TextToImage) -> None:
    """Draw the form, the easel, and what is folded away."""
    on, words = space.on, space.page.words
    small = space.page.choice.model.preset is Preset.EMBEDDED
    on.examples = examples(space.page.choice.model)
    styles = None if small else space.styles
    on.form = Form(words, space.desk.abilities, space.page.settings.limits, styles)
    with gr.Row():
        with gr.Column(scale=2, min_width=320):
            on.form.draw_prompt(on.examples["en"][0])
            with gr.Row():
                on.draw = gr.Button(words("draw"), variant="primary", scale=3, min_width=140)
                on.stop = gr.Button(words("stop"), scale=1, min_width=80)
            on.about = gr.Markdown(elem_classes="note")
            on.restored = gr.Markdown(elem_classes="note")
            on.samples = gr.Dataset(
                components=[gr.Textbox(visible=False)],
                samples=[[example] for example in on.examples["en"]],
                label=words("examples"),
                type="index",
            )
            on.form.draw_more()
        with gr.Column(scale=3, min_width=320):
            on.easel = uploads.only_uploads(easel.easel(words), words)
    with gr.Accordion(words("about"), open=False):
        gr.Markdown(words("about_text"))
    with gr.Accordion(words("recipe"), open=False):
        on.made = gr.JSON(label=words("recipe_label"))
    on.codes = api_panel.panel(words)
    on.zip = gr.File(visible="hidden")
    on.arguments, on.address = gr.JSON(visible=False), gr.Textbox(visible=False)


def connect(space: TextToImage) -> None:
    """Say what happens at a click, a drop, a paste."""
    on, page, runs = space.on, space.page, Runs()
    inside: dict[str, Any] = {"api_visibility": "private"}
    quiet: dict[str, Any] = {"show_progress": "hidden", **inside}
    given = on.form.components
    shown = [on.easel, on.form["seed"], on.restored, on.arguments, on.made, on.about]
    filled = on.samples.click(space.example, on.samples, on.form["prompt"], **quiet)
    run = runs.add(on.draw.click, space.perform, given, shown)
    runs.also(on.form["prompt"].submit)
    runs.also(on.samples.click, filled.success)
    runs.connect(on.stop)
    run.failure(None, on.easel, on.easel, js=easel.STOPPED, **quiet)
    on.stop.click(None, on.easel, on.easel, js=easel.STOPPED, **quiet)
    run.success(space.called, [on.address, on.arguments], on.codes, js=_ADDRESS_AND, **quiet)
    on.form.connect()
    checked: dict[str, Any] = {"preprocess": False, **quiet}
    on.easel.restore(space.restore, on.easel, [*given, on.form.ratio, on.restored], **checked)
    on.easel.pack(space.pack, on.easel, on.zip, **checked)
    on.zip.change(None, on.zip, js=easel.DOWNLOAD, **inside)
    for component in on.form.timed:
        component.change(space.timed, given, on.about, trigger_mode="always_last", **checked)
    translated = [on.form[name] for name in ("prompt", "style", "compare")]
    told = [*translated, on.samples, on.about, *on.codes]
    page.load(space.opened, on.address, told, js=_ADDRESS, **quiet)


def draw_api(space: TextToImage) -> None:
    """Say which calls the API has; their components are seen by programs only."""
    # Every handler checks its values itself, with its own errors.
    checks: dict[str, Any] = {"preprocess": False}
    hidden: dict[str, Any] = {"visible": False}
    made: dict[str, Any] = {
        name: gr.Textbox("", label=name, **hidden)
        for name in ("prompt", "negative_prompt", "style", "compare", "values")
    }
    made["scheduler"] = gr.Textbox(None, label="scheduler", **hidden)
    for name in ("width", "height", "steps", "guidance", "seed", "refine_from"):
        made[name] = gr.Number(None, label=name, **hidden)
    made["count"] = gr.Number(1, label="count", **hidden)
    image = uploads.only_uploads(gr.File(label="image", **hidden), space.page.words)
    files = gr.File(label="pictures", file_count="multiple", **hidden)
    sheet = gr.File(label="sheet", **hidden)
    told = [gr.JSON(label=name, **hidden) for name in ("recipes", "notes", "answer")]
    timed = ("width", "height", "steps", "count", "refine_from", "compare", "values")
    api = gr.Button(**hidden)
    api.click(
        space.generate, [made[name] for name in PARAMETERS], [files, *told[:2], sheet],
        api_name=ENDPOINT, **checks,
    )  # fmt: skip
    api.click(
        space.estimate, [made[name] for name in timed], told[2], api_name="estimate", **checks
    )
    api.click(space.recipe, image, told[2], api_name="recipe", **checks)
    gr.api(space.abilities, api_name="abilities")
    gr.api(space.list_styles, api_name="styles")


# The browser alone knows the address under which the page is seen.
_ADDRESS = "() => [location.origin + location.pathname]"
_ADDRESS_AND = "(_, arguments_) => [location.origin + location.pathname, arguments_]"

if __name__ == "__main__":
    main(build)

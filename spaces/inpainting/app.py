"""Erase and replace: the page and the API of the Space ``inpainting``."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr

from portfolio_core import settings, workload
from portfolio_core.engines import inpainting
from portfolio_core.engines.inpainting.editing import Edit
from portfolio_core.errors import NoFile
from portfolio_core.media import images
from portfolio_core.ui import errors, repainted, repainting_part, uploads
from portfolio_core.ui.background import quietly
from portfolio_core.ui.i18n import Words, locale_of
from portfolio_core.ui.launch import main
from portfolio_core.ui.page import Page
from portfolio_core.ui.repainted import Results, mark
from portfolio_core.ui.repainting import PLAIN, SIDES, Desk, Done, Upload, upload
from portfolio_core.ui.runs import Runs

HERE = Path(__file__).parent
EXAMPLES = ("wall", "scratches", "stamp")
SHOWN = (
    "picture", "editor", "other", "slider", "told", "files", "made", "endpoint", "after",
    *PLAIN, *SIDES,
)  # fmt: skip


class Inpainting:
    """The handlers of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.desk, self.results = Desk(page), Results(page)
        self.on = SimpleNamespace()  # the page's components, by name

    def inpaint(
        self,
        image: dict[str, Any] | None,
        mask: dict[str, Any] | None,
        prompt: str = "",
        negative_prompt: str = "",
        method: str = "auto",
        invert: bool = False,
        fill_holes: bool = False,
        grow: int = 0,
        feather: int = -1,
        steps: int = 0,
        guidance: float = 0,
        seed: int = 0,
        request: gr.Request = None,  # type: ignore[assignment]  # Gradio fills it in
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio asks for it
    ) -> Iterator[tuple[Any, ...]]:
        """Erase or replace what is masked; no pixel outside the mask changes.

        Args:
            image: A JPEG, PNG or WEBP picture, up to 25 megapixels.
            mask: A picture of the same shape: white may change, or what is opaque in a PNG with
                transparency.
            prompt: What is to be seen there; empty = erase, and continue what is around.
            negative_prompt: What is not to be seen.
            method: "erase", "replace", or "auto": replace where there is a prompt.
            invert: Change what is not marked.
            fill_holes: Take in what is marked all around.
            grow: Pixels by which the mask grows; negative: by which it shrinks.
            feather: Pixels from the mask's edge inwards that lead over; -1 = the model's own.
            steps: Denoising steps, up to 50; 0 = the model's own.
            guidance: How closely to follow the prompt, 1 to 30; 0 = the model's own.
            seed: The same seed gives the same picture, 0 to 4294967295.
        """
        with errors.boundary(self.page.words, request):
            sent, marks = uploads.taken(image, upload), uploads.taken(mask, upload)
            tools: dict[str, Any] = {"invert": invert, "fill_holes": fill_holes, "grow": grow}
            edit = self.desk.edit(_first(sent), marks, **tools)
            used = {
                "image": mark(sent[0]), "mask": mark(marks[0]), "prompt": prompt,
                "negative_prompt": negative_prompt, "method": method, **tools,
                "feather": feather, "steps": steps, "guidance": guidance, "seed": seed,
            }  # fmt: skip
            yield from self.answered("inpaint", edit, used, sent[0], request, progress)

    def outpaint(
        self,
        image: dict[str, Any] | None,
        left: int = 0,
        right: int = 0,
        top: int = 0,
        bottom: int = 0,
        prompt: str = "",
        negative_prompt: str = "",
        method: str = "auto",
        feather: int = -1,
        steps: int = 0,
        guidance: float = 0,
        seed: int = 0,
        request: gr.Request = None,  # type: ignore[assignment]
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[tuple[Any, ...]]:
        """Give a picture more room on any side, and fill it; the picture itself stays as it is.

        Args:
            image: As for /inpaint, like the rest.
            left: Pixels to add on the left.
            right: Pixels to add on the right.
            top: Pixels to add on top.
            bottom: Pixels to add at the bottom.
        """
        with errors.boundary(self.page.words, request):
            sent = uploads.taken(image, upload)
            sides = {"left": left, "right": right, "top": top, "bottom": bottom}
            edit = self.desk.extended(_first(sent), **sides)
            used = {
                "image": mark(sent[0]), **sides, "prompt": prompt,
                "negative_prompt": negative_prompt, "method": method, "feather": feather,
                "steps": steps, "guidance": guidance, "seed": seed,
            }  # fmt: skip
            yield from self.answered("outpaint", edit, used, sent[0], request, progress)

    def mask(
        self,
        image: dict[str, Any] | None,
        mask: dict[str, Any] | None,
        invert: bool = False,
        fill_holes: bool = False,
        grow: int = 0,
        request: gr.Request = None,  # type: ignore[assignment]
    ) -> tuple[Any, ...]:
        """Return a mask as it would be used, white on black, and how much it marks.

        Args:
            image: As for /inpaint, like the rest.
        """
        with errors.boundary(self.page.words, request):
            sent, marks = uploads.taken(image, upload), uploads.taken(mask, upload)
            edit = self.desk.edit(
                _first(sent), marks, invert=invert, fill_holes=fill_holes, grow=grow
            )
            return self.results.mask(edit), repainted.about(edit)

    def answered(
        self,
        endpoint: str,
        edit: Edit,
        used: dict[str, Any],
        picture: Upload,
        request: gr.Request,
        progress: gr.Progress,
    ) -> Iterator[tuple[Any, ...]]:
        """Yield what an endpoint gives: the picture, what to know of it, all files, the recipe."""
        order = self.desk.order(edit, self.desk.wish(used), used["feather"])
        work = self.desk.done(order, progress, locale_of(request))
        done: Done = yield from quietly(work, 4)
        file, bundle, made = self.files(done, endpoint, used, picture)
        yield file, repainted.details(done), bundle, made

    def perform(
        self,
        picture: Any,  # noqa: ANN401 - the data of a file
        drawn: Any,  # noqa: ANN401 - what the editor holds
        mask: Any,  # noqa: ANN401 - the data of a file
        invert: bool,
        fill_holes: bool,
        grow: int,
        prompt: str,
        negative_prompt: str,
        method: str,
        feather: int,
        steps: int,
        guidance: float,
        seed: int,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[list[Any]]:
        """Fill what is painted, or marked in a file, on the page."""
        with errors.boundary(self.page.words, request):
            tools: dict[str, Any] = {"invert": invert, "fill_holes": fill_holes, "grow": grow}
            sent, edit = self.marked(picture, drawn, mask, tools)
            used = {
                "prompt": prompt, "negative_prompt": negative_prompt, "method": method, **tools,
                "feather": feather, "steps": steps, "guidance": guidance, "seed": seed,
            }  # fmt: skip
            yield from self.shown("inpaint", edit, used, sent, request, progress)

    def perform_extend(
        self,
        picture: Any,  # noqa: ANN401 - the data of a file
        left: int,
        right: int,
        top: int,
        bottom: int,
        prompt: str,
        negative_prompt: str,
        method: str,
        feather: int,
        steps: int,
        guidance: float,
        seed: int,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[list[Any]]:
        """Give the picture on the page more room, and fill it."""
        with errors.boundary(self.page.words, request):
            sent = uploads.taken(picture, upload)
            sides = {"left": left, "right": right, "top": top, "bottom": bottom}
            edit = self.desk.extended(_first(sent), **sides)
            used = {
                **sides, "prompt": prompt, "negative_prompt": negative_prompt, "method": method,
                "feather": feather, "steps": steps, "guidance": guidance, "seed": seed,
            }  # fmt: skip
            yield from self.shown("outpaint", edit, used, sent[0], request, progress)

    def perform_example(
        self,
        number: int,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[list[Any]]:
        """Put an example on the page, its mask painted, and erase."""
        with errors.boundary(self.page.words, request):
            folder, name = HERE / "examples", EXAMPLES[number]
            picture, layer = folder / f"{name}.jpg", folder / f"{name}-mask.png"
            sent = Upload(picture, picture.name)
            yield self.changed(**self.on_easel(sent, [str(layer)]))
            tools = {name: PLAIN[name] for name in ("invert", "fill_holes", "grow")}
            edit = self.desk.edit(sent, [], [Upload(layer, layer.name)], **tools)
            yield from self.shown("inpaint", edit, dict(PLAIN), sent, request, progress)

    def shown(
        self,
        endpoint: str,
        edit: Edit,
        used: dict[str, Any],
        picture: Upload,
        request: gr.Request,
        progress: gr.Progress,
    ) -> Iterator[list[Any]]:
        """Yield what to change on the page: a quick erase first where a model takes its time."""
        desk, results, locale = self.desk, self.results, locale_of(request)
        order = desk.order(edit, self.desk.wish(used), used["feather"])
        if order.choice is desk.replacing:
            erasing = desk.done(order, progress, locale, desk.erasing)
            quick: Done = yield from quietly(erasing, len(SHOWN))
            names = {"erased": quick.choice.model.name, "model": order.choice.model.name}
            told = self.page.words.say("quick", locale, **names)
            yield self.changed(slider=repainting_part.compared(results.slider(quick)), told=told)
        done: Done = yield from quietly(desk.done(order, progress, locale), len(SHOWN))
        masks = {"mask": results.marked(edit)} if endpoint == "inpaint" else {}
        arguments = {"image": mark(picture), **masks, **used}
        file, bundle, made = self.files(done, endpoint, arguments, picture)
        yield self.changed(
            slider=repainting_part.compared(results.slider(done)),
            told=results.told(done, locale),
            files=[file, bundle],
            made=made,
            endpoint=endpoint,
            after=gr.Row(visible=True),
        )

    def files(
        self, done: Done, endpoint: str, used: dict[str, Any], picture: Upload
    ) -> tuple[str, str, dict[str, Any]]:
        """Write a result, and all that belongs to it; return their paths, and the recipe."""
        made = self.results.recipe(done, used)
        file = self.results.png(done, made, endpoint)
        return file, self.results.bundle(done, picture, file, made), made

    def opened(self, picture: Any, request: gr.Request) -> list[Any]:  # noqa: ANN401 - a file's data
        """Put a picture on the easel, and restore the settings that it carries."""
        with errors.boundary(self.page.words, request):
            sent = uploads.taken(picture, upload)
            if not sent:
                return self.changed()
            return self.changed(**self.on_easel(sent[0]), **self.restored(sent[0], request))

    def go_on(self, files: Any, request: gr.Request) -> list[Any]:  # noqa: ANN401 - files' data
        """Put the result on the easel."""
        with errors.boundary(self.page.words, request):
            kept = [one for one in uploads.taken(files, upload) if one.path.suffix == ".png"]
            if not kept:  # the visitor took it off the list
                raise NoFile
            return self.changed(**self.on_easel(kept[0]))

    def on_easel(self, picture: Upload, layers: Sequence[str] = ()) -> dict[str, Any]:
        """Return what shows a picture to paint on."""
        rgb = images.read(picture.path, self.page.settings.limits).rgb
        seen, size = self.results.seen(rgb, "picture.jpg"), repainted.seen_size(rgb)
        return repainting_part.on_easel(str(picture.path), seen, size, layers)

    def restored(self, picture: Upload, request: gr.Request) -> dict[str, Any]:
        """Return the settings that a picture carries, and what stands against them."""
        found = self.desk.restored(picture)
        if found is None:
            return {}
        say, locale = self.page.words.say, locale_of(request)
        lines = [say("restored", locale)]
        lines += [say(f"problem_{one.code}", locale, **one.fields) for one in found.problems]
        changes = {**found.settings, "told": "\n\n".join(lines)}
        if changes.get("feather") == PLAIN["feather"]:  # the model's own
            changes["feather"] = self.desk.feather
        return changes

    def show_mask(
        self,
        picture: Any,  # noqa: ANN401 - the data of a file
        drawn: Any,  # noqa: ANN401 - what the editor holds
        mask: Any,  # noqa: ANN401 - the data of a file
        invert: bool,
        fill_holes: bool,
        grow: int,
        request: gr.Request,
    ) -> tuple[Any, str]:
        """Show what may change, in red, before anything is changed."""
        with errors.boundary(self.page.words, request):
            tools: dict[str, Any] = {"invert": invert, "fill_holes": fill_holes, "grow": grow}
            _, edit = self.marked(picture, drawn, mask, tools)
            facts, locale = repainted.about(edit), locale_of(request)
            share = 100 * facts["share"]
            told = self.page.words.say("marked", locale, masked=facts["masked"], share=share)
            return gr.Image(self.results.overlay(edit), visible=True), told

    def marked(
        self,
        picture: Any,  # noqa: ANN401 - the data of a file
        drawn: Any,  # noqa: ANN401 - what the editor holds
        mask: Any,  # noqa: ANN401 - the data of a file
        tools: dict[str, Any],
    ) -> tuple[Upload, Edit]:
        """Return the picture on the page, and what is marked on it."""
        sent, marks = uploads.taken(picture, upload), uploads.taken(mask, upload)
        layers = drawn.get("layers") if isinstance(drawn, Mapping) else None
        edit = self.desk.edit(_first(sent), marks, uploads.taken(layers, upload), **tools)
        return sent[0], edit

    def changed(self, **changes: Any) -> list[Any]:  # noqa: ANN401 - values of components
        """Return a value for each component of :data:`SHOWN`; those not named stay as they are."""
        return [changes.get(name, gr.skip()) for name in SHOWN]


def _first(sent: list[Upload]) -> Upload | None:
    return sent[0] if sent else None


def build(
    configuration: settings.Settings | None = None, load: workload.Workload | None = None
) -> gr.Blocks:
    """Build the page; nothing is loaded before its first visitor erases."""
    configuration = configuration or settings.current()
    words = Words.read(HERE / "words.toml")
    with Page(inpainting.TASK, words, configuration, load or workload.process_wide()) as page:
        space = Inpainting(page)
        page.header(wide=True)
        replaces, feather = space.desk.replacing is not None, space.desk.feather
        small = [str(HERE / "examples" / f"{name}-small.jpg") for name in EXAMPLES]
        repainting_part.draw(words, space.on, small, replaces=replaces, feather=feather)
        connect(space)
        repainting_part.draw_api(words, space.inpaint, space.outpaint, space.mask)
    return page


def connect(space: Inpainting) -> None:
    """Say what happens at a click."""
    on, page, runs = space.on, space.page, Runs()
    inside: dict[str, Any] = {"api_visibility": "private"}
    plain: dict[str, Any] = {"preprocess": False, **inside}
    shown = [getattr(on, name) for name in SHOWN]
    marked = [on.picture, on.editor, on.mask, on.invert, on.fill_holes, on.grow]
    sides = [on.left, on.right, on.top, on.bottom]
    wish = [on.prompt, on.negative_prompt, on.method, on.feather, on.steps, on.guidance, on.seed]
    on.picture.input(space.opened, on.picture, shown, **plain)
    easel = [on.picture, on.editor, on.other]
    on.other.click(repainting_part.put_away, None, easel, **inside)
    on.go_on.click(space.go_on, on.files, shown, js=repainting_part.GO_ON, **plain)
    on.show_mask.click(space.show_mask, marked, [on.overlay, on.marked], **plain)
    rolled = on.again.click(None, on.seed, on.seed, js=_NEXT_SEED, **inside)
    for event, handler, given, then in (
        (on.run.click, space.perform, [*marked, *wish], None),
        (on.again.click, space.perform, [*marked, *wish], rolled.then),
        (on.run_extend.click, space.perform_extend, [on.picture, *sides, *wish], None),
        (on.examples.click, space.perform_example, [on.examples], None),
    ):
        event(None, js=repainting_part.UNDER_WAY, **inside)
        run = runs.add(event, handler, given, shown, on.how, then=then)
        told = [on.address, on.made, on.endpoint]
        run.success(space.results.called, told, on.codes, js=_ADDRESS_AND, **inside)
    runs.connect(on.stop)
    on.slider.change(None, js=repainting_part.DONE, **inside)
    page.load(space.results.called, on.address, on.codes, js=_ADDRESS, **inside)
    page.load(None, js=uploads.PASTE, **inside)


# The browser alone knows the address under which the page is seen.
_ADDRESS = "() => [location.origin + location.pathname]"
_ADDRESS_AND = "(_, made, name) => [location.origin + location.pathname, made, name]"
_NEXT_SEED = "(seed) => [(Number(seed) || 0) + 1]"

if __name__ == "__main__":
    main(build)

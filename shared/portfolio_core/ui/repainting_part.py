"""The form of a page that fills what is masked: paint, say what is wanted, see before and after."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import gradio as gr

from portfolio_core.engines import inpainting
from portfolio_core.ui import api_panel, uploads
from portfolio_core.ui.i18n import Words
from portfolio_core.ui.repainting import PLAIN

Handler = Callable[..., Any]

# On a phone, or a low screen, what happens after a click is out of sight.
UNDER_WAY = """() => document.querySelector(".progress-here").scrollIntoView(
  {block: "nearest", behavior: "smooth"})"""
"""Run it when a run begins: it shows where its progress is told."""
DONE = """() => setTimeout(async () => {
  const shown = [...document.querySelectorAll(".compared img")];
  await Promise.allSettled(shown.map((one) => one.decode()));  // they have no height before
  const proof = document.querySelector(".proof");
  setTimeout(() => proof.scrollIntoView({block: "nearest", behavior: "smooth"}), 100);
}, 200)"""
"""Run it when the slider has a result: it shows the result, and what is told below it."""
GO_ON = """(files) => {
  document.querySelector(".paint-here")?.scrollIntoView({block: "nearest", behavior: "smooth"});
  return [files];
}"""
"""Run it on the files of a result that is to be painted on: it shows where."""


def draw(
    words: Words, on: SimpleNamespace, examples: Sequence[str], *, replaces: bool, feather: int
) -> None:
    """Draw all of it, and note the components by their names.

    Args:
        words: Those of the page.
        on: Takes the components.
        examples: Paths of small pictures that a click runs.
        replaces: Whether something here follows a prompt.
        feather: Pixels of feathering when nobody says otherwise.
    """
    draw_form(words, on, examples, replaces=replaces, feather=feather)
    draw_results(words, on)


def on_easel(
    picture: str, seen: str, size: tuple[int, int], layers: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what shows a picture to paint on, by the names of components.

    Args:
        picture: Path of the file; it never passes through the editor.
        seen: Path of what the editor shows of it.
        size: Width and height of that, in pixels.
        layers: Paths of what is painted already.
    """
    value: Any = {"background": seen, "layers": list(layers), "composite": None}
    return {
        "picture": gr.Image(value=picture, visible=False),
        # On a canvas of another size the editor would put the layers beside their place.
        "editor": gr.ImageEditor(value, visible=True, canvas_size=size),
        "other": gr.Button(visible=True),
    }


def compared(pictures: tuple[str, str]) -> gr.ImageSlider:
    """Return what shows two pictures, the one before and the one after, given by their paths."""
    return gr.ImageSlider(value=pictures, visible=True)


def put_away() -> list[Any]:
    """Return what makes room for another picture: for picture, editor and button."""
    return [
        gr.Image(value=None, visible=True),
        gr.ImageEditor(None, visible=False),
        gr.Button(visible=False),
    ]


def draw_form(
    words: Words, on: SimpleNamespace, examples: Sequence[str], *, replaces: bool, feather: int
) -> None:
    """Draw the picture to paint on, beside it what is to become of it, and the examples."""
    with gr.Row():
        with gr.Column(scale=3, min_width=320):
            on.picture = uploads.only_uploads(
                gr.Image(
                    sources=["upload", "clipboard", "webcam"],
                    type="filepath",
                    label=words("picture"),
                    height=300,
                    elem_classes="paste-here",
                ),
                words,
            )
            on.editor = uploads.only_uploads(painting(words), words)
            on.other = gr.Button(words("other"), size="sm", visible=False)
        with gr.Column(scale=2, min_width=300):
            draw_wish(words, on, replaces=replaces)
            draw_tools(words, on, feather)
            draw_sides(words, on)
            draw_settings(words, on, replaces=replaces)
    on.examples = gr.Dataset(
        components=[gr.Image(visible=False)],
        samples=[[example] for example in examples],
        label=words("examples"),
        type="index",
    )


def painting(words: Words) -> gr.ImageEditor:
    """Return the editor, for the mask alone: the picture itself never passes through it."""
    return gr.ImageEditor(
        label=words("paint"),
        show_label=False,  # it would lie under the tools
        sources=(),
        transforms=(),
        layers=False,
        brush=gr.Brush(default_size=36, colors=[("#dc2626", 0.6)], color_mode="fixed"),
        eraser=gr.Eraser(default_size=36),
        type="filepath",
        format="png",
        height=460,
        buttons=["fullscreen"],
        elem_classes="paint-here",
        visible=False,
    )


def draw_wish(words: Words, on: SimpleNamespace, *, replaces: bool) -> None:
    """Draw what is to become of the mask: a prompt where one is followed, and the buttons."""
    on.prompt = gr.Textbox(
        label=words("prompt"), placeholder=words("prompt_hint"), lines=2, visible=replaces
    )
    on.run = gr.Button(words("run" if replaces else "erase"), variant="primary", size="lg")
    with gr.Row():
        on.again = gr.Button(words("again"), size="md", min_width=100)
        on.stop = gr.Button(words("stop"), size="md", min_width=100)
    on.how = gr.Markdown(words("how"), elem_classes="note progress-here")


def draw_tools(words: Words, on: SimpleNamespace, feather: int) -> None:
    """Draw what is done to the mask, folded."""
    with gr.Accordion(words("mask_tools"), open=False):
        on.mask = gr.Image(
            sources=["upload", "clipboard"], type="filepath", label=words("mask_file"), height=150,
            buttons=["fullscreen"],
        )  # fmt: skip
        uploads.only_uploads(on.mask, words)
        gr.Markdown(words("mask_hint"), elem_classes="note")
        on.invert = gr.Checkbox(label=words("invert"))
        on.fill_holes = gr.Checkbox(label=words("fill_holes"))
        on.grow = gr.Slider(-64, 64, 0, step=1, label=words("grow"))
        on.feather = gr.Slider(0, 64, feather, step=1, label=words("feather"))
        on.show_mask = gr.Button(words("show_mask"), size="sm")
        on.overlay = gr.Image(
            show_label=False, interactive=False, visible=False, format="jpeg",
            buttons=["fullscreen"],
        )  # fmt: skip
        on.marked = gr.Markdown(elem_classes="note")


def draw_sides(words: Words, on: SimpleNamespace) -> None:
    """Draw how far the picture is to grow, folded."""
    with gr.Accordion(words("extend"), open=False):
        with gr.Row():
            on.left, on.right, on.top, on.bottom = (
                gr.Number(0, label=words(side), precision=0, minimum=0, min_width=90)
                for side in ("left", "right", "top", "bottom")
            )
        on.run_extend = gr.Button(words("run_extend"))


def draw_settings(words: Words, on: SimpleNamespace, *, replaces: bool) -> None:
    """Draw what is rarely changed, folded."""
    with gr.Accordion(words("settings"), open=False):
        on.seed = gr.Number(0, label=words("seed"), precision=0, minimum=0)
        on.negative_prompt = gr.Textbox(label=words("negative_prompt"), visible=replaces)
        methods = [(words(f"method_{name}"), name) for name in inpainting.METHODS]
        on.method = gr.Radio(methods, value="auto", label=words("method"), visible=replaces)
        on.steps = gr.Slider(0, 50, 0, step=1, label=words("steps"), visible=replaces)
        on.guidance = gr.Slider(0, 30, 0, step=0.5, label=words("guidance"), visible=replaces)


def draw_results(words: Words, on: SimpleNamespace) -> None:
    """Draw the picture before and after, what to know of it, and the files to keep."""
    on.slider = gr.ImageSlider(
        show_label=False,
        type="filepath",
        format="jpeg",
        interactive=False,
        max_height=640,
        elem_classes="compared",
        visible=False,
    )
    on.told = gr.Markdown(words("empty"), elem_classes="proof")
    with gr.Row(visible=False) as on.after:
        on.files = gr.File(file_count="multiple", interactive=False, label=words("files"), scale=3)
        on.go_on = gr.Button(words("go_on"), scale=1, min_width=200)
    with gr.Accordion(words("recipe"), open=False):
        on.made = gr.JSON(label=words("recipe_label"))
    on.codes = api_panel.panel(words)
    on.address, on.endpoint = gr.Textbox(visible=False), gr.Textbox(visible=False)


def draw_api(words: Words, inpaint: Handler, outpaint: Handler, mask: Handler) -> None:
    """Say which calls the API has; their components are seen by programs only."""
    # Every handler checks its values itself, with its own errors.
    checks: dict[str, Any] = {"preprocess": False}
    hidden: dict[str, Any] = {"visible": False}
    image, marks = (
        uploads.only_uploads(gr.File(label=name, **hidden), words) for name in ("image", "mask")
    )
    sides = [gr.Number(0, label=name, **hidden) for name in ("left", "right", "top", "bottom")]
    prompts = [gr.Textbox("", label=name, **hidden) for name in ("prompt", "negative_prompt")]
    method = gr.Radio(list(inpainting.METHODS), value="auto", label="method", **hidden)
    tools = [gr.Checkbox(label=name, **hidden) for name in ("invert", "fill_holes")]
    grow, feather, steps, guidance, seed = (
        gr.Number(PLAIN[name], label=name, **hidden)
        for name in ("grow", "feather", "steps", "guidance", "seed")
    )
    wish = [*prompts, method], [feather, steps, guidance, seed]
    result, used = gr.Image(label="result", **hidden), gr.Image(label="mask", **hidden)
    facts, made = gr.JSON(label="details", **hidden), gr.JSON(label="recipe", **hidden)
    bundle, api = gr.File(label="bundle", **hidden), gr.Button(**hidden)
    whole = [result, facts, bundle, made]
    for handler, inputs, outputs in (
        (inpaint, [image, marks, *wish[0], *tools, grow, *wish[1]], whole),
        (outpaint, [image, *sides, *wish[0], *wish[1]], whole),
        (mask, [image, marks, *tools, grow], [used, facts]),
    ):
        api.click(handler, inputs, outputs, api_name=handler.__name__, **checks)

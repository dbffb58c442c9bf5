"""What a visitor says of a picture: the prompt first, and all else folded away."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr
from gradio.components import Component

from portfolio_core.engines.diffusion.schedulers import SCHEDULERS
from portfolio_core.engines.diffusion.seeds import SEEDS
from portfolio_core.engines.text_to_image import Abilities
from portfolio_core.settings import Limits
from portfolio_core.ui.comparing import COMPARED
from portfolio_core.ui.i18n import Locale, Words
from portfolio_core.ui.ratios import ratios
from portfolio_core.ui.sliders import slider
from portfolio_core.ui.styles import Styles

REFINE_FROM = 0.8
"""Share of the steps after which a refiner takes over when nobody says otherwise.

Source: Podell et al., "SDXL", 2023: the refiner is trained on the last 200 of 1000 steps.
"""

PARAMETERS = (
    "prompt", "negative_prompt", "style", "width", "height", "steps", "guidance", "scheduler",
    "seed", "count", "refine_from", "compare", "values",
)  # fmt: skip
"""Arguments of the endpoint that draws, in their order."""

_SIZE = "(size) => size ? size.split('x').map(Number) : [null, null]"
_WRITTEN = "(seed) => seed !== null && seed !== ''"
_WIDE: dict[str, Any] = {"min_width": 200}


class Form:
    """The components of the form, each under the name of its argument."""

    def __init__(
        self, words: Words, abilities: Abilities, limits: Limits, styles: Styles | None
    ) -> None:
        """Prepare the form for a model; without ``styles`` there is no choice of them."""
        self._words, self._abilities, self._limits = words, abilities, limits
        self._styles = styles
        self._schedulers = [(SCHEDULERS[key].label if key in SCHEDULERS else key, key)
                            for key in abilities.schedulers]  # fmt: skip
        self._on: dict[str, Any] = {}  # Gradio adds the events of a component to its class

    def draw_prompt(self, hint: str) -> gr.Textbox:
        """Draw the prompt; ``hint`` is one that the model follows."""
        prompt = gr.Textbox(
            label=self._words("prompt"),
            placeholder=hint,
            lines=1,
            max_lines=6,
            max_length=self._limits.draw_prompt_characters,
        )
        self._on["prompt"] = prompt
        return prompt

    def draw_more(self) -> None:
        """Draw the rest."""
        with gr.Accordion(self._words("more" if self._styles else "more_few"), open=False):
            self._draw_what()
            self._draw_size()
            self._draw_how()
            self._draw_refiner()
            self._draw_comparison()

    def _draw_what(self) -> None:
        words, on, able = self._words, self._on, self._abilities
        on["negative_prompt"] = gr.Textbox(
            "",
            label=words("negative_prompt"),
            lines=1,
            max_lines=4,
            max_length=self._limits.draw_prompt_characters,
            visible=able.negative,
        )
        on["style"] = gr.Dropdown(
            self.styles("en"), value="", label=words("style"), visible=self._styles is not None
        )

    def _draw_size(self) -> None:
        words, on, able = self._words, self._on, self._abilities
        sizes = [(f"{one.name} · {one.width} × {one.height}", f"{one.width}x{one.height}")
                 for one in ratios(able)]  # fmt: skip
        self._sizes = [size for _, size in sizes]
        with gr.Row():
            self.ratio = gr.Dropdown(
                sizes, value=sizes[0][1], label=words("ratio"), visible=len(sizes) > 1, **_WIDE
            )
            on["count"] = slider(
                1, self._limits.draw_pictures, 1, step=1, label=words("count"), **_WIDE
            )
        with gr.Row(visible=able.smallest < able.largest):
            for name in ("width", "height"):
                on[name] = slider(
                    able.smallest, able.largest, able.side, step=able.multiple,
                    label=words(name), **_WIDE,
                )  # fmt: skip

    def _draw_how(self) -> None:
        words, on, able = self._words, self._on, self._abilities
        with gr.Row():
            on["steps"] = slider(
                1, min(able.most_steps, self._limits.draw_steps), able.steps, step=1,
                label=words("steps"), **_WIDE,
            )  # fmt: skip
            on["guidance"] = gr.Slider(
                0, 20, able.guidance, step=0.1, label=words("guidance"), **_WIDE
            )
        with gr.Row():
            on["seed"] = gr.Number(
                None, precision=0, minimum=0, maximum=SEEDS - 1, label=words("seed"), **_WIDE
            )
            self.keep_seed = gr.Checkbox(False, label=words("keep_seed"), min_width=140)
        on["scheduler"] = gr.Dropdown(
            self._schedulers,
            value=able.schedulers[0],
            label=words("scheduler"),
            visible=len(self._schedulers) > 1,
        )

    def _draw_refiner(self) -> None:
        words = self._words
        with gr.Column(visible=self._abilities.refines):
            self.refine = gr.Checkbox(False, label=words("refine"))
            self.beside = gr.Checkbox(False, label=words("beside"))
            self._on["refine_from"] = gr.Slider(
                0.5, 0.95, REFINE_FROM, step=0.05, label=words("refine_from")
            )

    def _draw_comparison(self) -> None:
        words, on = self._words, self._on
        with gr.Row():
            on["compare"] = gr.Dropdown(
                self.compared("en"), value="", label=words("compare"), **_WIDE
            )
            on["values"] = gr.Textbox(
                "", label=words("values"), placeholder=words("values_hint"), **_WIDE
            )

    @property
    def components(self) -> list[Component]:
        """What :meth:`read` takes, in its order."""
        own = [self._on[name] for name in PARAMETERS]
        return [*own, self.keep_seed, self.refine, self.beside]

    def __getitem__(self, name: str) -> Component:
        """Return the component of one argument."""
        found: Component = self._on[name]
        return found

    @property
    def timed(self) -> list[Component]:
        """What changes how long the drawing takes."""
        names = ("width", "height", "steps", "count", "refine_from", "compare", "values")
        return [self.ratio, self.refine, self.beside, *(self._on[name] for name in names)]

    def read(self, values: Sequence[Any]) -> dict[str, Any]:
        """Return the endpoint's arguments that the form stands for.

        Args:
            values: Of :attr:`components`.
        """
        form = dict(zip(PARAMETERS, values, strict=False))
        keep, refine, beside = values[len(PARAMETERS) :]
        if not keep:
            form["seed"] = None
        share = form["refine_from"]
        if not (refine and self._abilities.refines):
            form["refine_from"] = None
        if beside and self._abilities.refines:  # both from one seed
            form |= {"refine_from": None, "compare": "refine_from", "values": f"none, {share}"}
        return form

    def filled(self, settings: Mapping[str, Any]) -> dict[Component, Any]:
        """Return what shows these arguments of the endpoint in the form."""
        shown: dict[Component, Any] = {
            self._on[name]: value
            for name, value in settings.items()
            if name in self._on and value is not None
        }
        shown |= {self._on["compare"]: "", self.beside: False}
        if "seed" in settings:
            shown[self.keep_seed] = True
        if "width" in settings and "height" in settings:
            size = f"{settings['width']}x{settings['height']}"
            shown[self.ratio] = size if size in self._sizes else None
        if "refine_from" in settings:
            shown[self.refine] = settings["refine_from"] is not None
        return shown

    def translated(self, locale: Locale) -> dict[Component, Any]:
        """Return the choices that the browser cannot look up by itself, in its language."""
        return {
            self._on["style"]: gr.Dropdown(choices=self.styles(locale)),
            self._on["compare"]: gr.Dropdown(choices=self.compared(locale)),
        }

    def styles(self, locale: Locale) -> list[tuple[str, str]]:
        """Return the styles, and before them none."""
        own = self._styles.choices(locale) if self._styles else []
        return [(self._words.text("style_none", locale), ""), *own]

    def compared(self, locale: Locale) -> list[tuple[str, str]]:
        """Return what can be compared, and before it nothing."""
        names = [name for name in COMPARED if name != "refine_from" or self._abilities.refines]
        several = [name for name in names
                   if name != "scheduler" or len(self._abilities.schedulers) > 1]  # fmt: skip
        none = (self._words.text("compare_none", locale), "")
        return [none, *((self._words.text(f"compared_{name}", locale), name) for name in several)]

    def suggested(self) -> dict[str, str]:
        """Return values to compare for each parameter: around those of the model itself."""
        able = self._abilities
        most = min(able.steps, self._limits.draw_steps)
        steps = {max(1, most // part) for part in (4, 2, 1)}
        guidance = {1.0, able.guidance, 2 * able.guidance}
        return {
            "steps": ", ".join(map(str, sorted(steps))),
            "guidance": ", ".join(f"{value:g}" for value in sorted(guidance)),
            "scheduler": ", ".join(name for name, _ in self._schedulers[:3]),
            "seed": "1, 2, 3",
            "refine_from": "none, 0.7, 0.8, 0.9",
        }

    def connect(self) -> None:
        """Let one field fill in another, where a visitor's hand changes it.

        A ratio fills in width and height, and a side of one's own stands for no ratio; a seed
        that is written is to be kept; what is compared comes with values for it.
        """
        inside: dict[str, Any] = {"api_visibility": "private"}
        seed, compare = self._on["seed"], self._on["compare"]
        seed.input(None, seed, self.keep_seed, js=_WRITTEN, **inside)
        filled = f"(name) => ({json.dumps(self.suggested())})[name] || ''"
        compare.input(None, compare, self._on["values"], js=filled, **inside)
        sides = [self._on["width"], self._on["height"]]
        self.ratio.input(None, self.ratio, sides, js=_SIZE, **inside)
        for side in sides:
            side.input(None, None, self.ratio, js="() => null", **inside)

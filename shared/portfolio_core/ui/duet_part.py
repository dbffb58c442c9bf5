"""The part of a page where a base and its tuned self answer the same message."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import gradio as gr
from gradio.events import Dependency

from portfolio_core.engines import chat
from portfolio_core.engines.chat import LARGEST_SEED, ChatRequest, Sampling
from portfolio_core.ui import chatting, duet, errors
from portfolio_core.ui.background import Status
from portfolio_core.ui.chatting import Desk, Said, Talked
from portfolio_core.ui.i18n import Locale, locale_of
from portfolio_core.ui.page import Page
from portfolio_core.ui.runs import Runs
from portfolio_core.ui.sliders import slider

REPLY_TOKENS = 256
"""Tokens of a reply where nobody says otherwise."""
# Name, smallest, largest, first value and step; the longest reply ends with the limits.
SLIDERS: tuple[tuple[tuple[str, float, float, float, float], ...], ...] = (
    (
        ("temperature", 0, 2, Sampling.temperature, 0.05),
        ("top_p", 0, 1, Sampling.top_p, 0.05),
        ("top_k", 0, 200, Sampling.top_k, 1),
    ),
    (
        ("repetition_penalty", 1, 2, Sampling.repetition_penalty, 0.05),
        ("max_tokens", 1, 1, REPLY_TOKENS, 1),
    ),
)

_STOPPED: dict[str, Any] = {"js": duet.STOPPED, "api_visibility": "private"}


class Form(NamedTuple):
    """What a visitor has set, as the components hand it over."""

    adapter: Any
    both: Any
    system: Any
    thinking: Any
    temperature: Any
    top_p: Any
    top_k: Any
    repetition_penalty: Any
    max_tokens: Any
    seed: Any
    keep: Any


class DuetPart:
    """The conversation of a page's visitor, and what it is led with."""

    def __init__(self, page: Page, desk: Desk, examples: Sequence[str]) -> None:
        """Draw it where the page is being built.

        Args:
            page: The page.
            desk: Where its work is done.
            examples: Messages that a click sends.
        """
        self._page, self._desk = page, desk
        words = page.words
        known = words.part("name_")["en"]
        named = [(words(f"name_{key}") if key in known else key, key) for key in desk.offered]
        choices = [*named, (words("base_only"), "")]
        with gr.Row():
            with gr.Column(scale=3, min_width=260):
                self.adapter = gr.Radio(choices, value=desk.default, label=words("adapter"))
            with gr.Column(scale=2, min_width=260):
                self.both = gr.Checkbox(True, label=words("both"))
        self.card = gr.Markdown(elem_classes="note")
        self.duet = duet.duet(words)
        self.message = gr.Textbox(
            show_label=False, container=False, placeholder=words("message_hint"), lines=1,
            label=words("message"), max_lines=6, elem_classes="framed",
            max_length=page.settings.limits.chat_characters,
        )  # fmt: skip
        with gr.Row():
            self._send = gr.Button(words("send"), variant="primary", scale=3, min_width=90)
            self._stop = gr.Button(words("stop"), scale=1, min_width=70)
            self._new = gr.Button(words("new"), scale=1, min_width=120)
        self._examples = gr.Dataset(
            components=[gr.Textbox(visible=False)],
            samples=[[example] for example in examples],
            label=words("examples_chat"),
        )
        self.made, self.endpoint = gr.JSON(visible=False), gr.Textbox(visible=False)
        self._form = Form(self.adapter, self.both, *self._settings())

    def _settings(self) -> list[Any]:
        """Draw what few need, folded away."""
        words, limits = self._page.words, self._page.settings.limits
        wide: dict[str, Any] = {"min_width": 220}
        with gr.Accordion(words("more"), open=False):
            with gr.Row():
                seed = gr.Number(
                    0, precision=0, minimum=0, maximum=LARGEST_SEED, label=words("seed"), **wide
                )
                keep = gr.Checkbox(False, label=words("keep_seed"), **wide)
                thinking = gr.Checkbox(
                    False, label=words("thinking"), visible=self._page.engine_class.thinks, **wide
                )
            sliders = []
            for row in SLIDERS:
                with gr.Row():
                    for name, low, high, value, step in row:
                        most = limits.chat_tokens if name == "max_tokens" else high
                        sliders.append(
                            slider(low, most, value, step=step, label=words(name), **wide)
                        )
            system = gr.Textbox("", label=words("system"), lines=1, max_lines=4)
        self._seed = seed
        return [system, thinking, *sliders, seed, keep]

    def connect(self) -> list[Dependency]:
        """Say what happens at a click; return what answers a message, for what comes after."""
        inside: dict[str, Any] = {"api_visibility": "private"}
        given = [self.duet, self.message, *self._form]
        shown = [self.duet, self.message, self._seed, self.made, self.endpoint]
        filled = self._examples.click(
            lambda chosen: chosen[0], self._examples, self.message, show_progress="hidden", **inside
        )
        runs = Runs()
        sent = runs.add(self._send.click, self.perform, given, shown, self._send)
        runs.also(self.message.submit)
        runs.also(self._examples.click, filled.success)
        repeated = runs.add(self.duet.run, self.again, given, shown, self._send)
        runs.connect(self._stop, self._new)
        for run in (sent, repeated):
            run.failure(None, self.duet, self.duet, **_STOPPED)
        self._stop.click(None, self.duet, self.duet, **_STOPPED)
        self._new.click(lambda: duet.shown([]), None, self.duet, show_progress="hidden", **inside)
        return [sent, repeated]

    def perform(
        self,
        request: gr.Request,
        value: Any,  # noqa: ANN401 - the value of the conversation
        message: Any,  # noqa: ANN401
        *form: Any,  # noqa: ANN401
    ) -> Iterator[dict[Any, Any]]:
        """Answer a message, and show the answers growing."""
        with errors.boundary(self._page.words, request):
            turns = duet.turns_of(value)
            work = self._answered(turns, message, Form(*form), locale_of(request))
            first = next(work)
            yield {**first, self.message: ""}
            yield from work

    def again(
        self,
        request: gr.Request,
        value: Any,  # noqa: ANN401
        _message: Any,  # noqa: ANN401 - what is being typed stays
        *form: Any,  # noqa: ANN401
    ) -> Iterator[dict[Any, Any]]:
        """Answer an earlier message again, as it was or as it was changed."""
        with errors.boundary(self._page.words, request):
            turns, message = duet.turns_of(value), duet.asked_again(value)
            yield from self._answered(turns, message, Form(*form), locale_of(request))

    def _answered(
        self, turns: duet.Turns, message: object, form: Form, locale: Locale
    ) -> Iterator[dict[Any, Any]]:
        """Yield what changes on the page while a message is answered."""
        wanted = self._wanted(turns, message, form)
        asked = list(wanted.values())
        names = {column: self._desk.name(one.adapter, locale) for column, one in wanted.items()}
        status, seed = Status(), asked[0].seed

        def show(said: tuple[Said, ...]) -> dict[Any, Any]:
            turn = duet.turn(str(message), names, said, status=status.text)
            return {self.duet: duet.shown([*turns, {**turn, "seed": seed}])}

        yield {**show(()), self._seed: seed}
        work = self._desk.reply(asked, status, locale)
        said: tuple[Said, ...] = ()
        while True:
            before = status.text
            try:
                grown = next(work)
            except StopIteration as ended:
                done: Talked = ended.value
                break
            said = grown or said
            yield show(said) if grown or status.text != before else {self.made: gr.skip()}
        pair = len(asked) > 1
        told = chatting.pair_arguments(*asked) if pair else chat.arguments(*asked)
        made = done.recipe(told, seed)
        yield {**show(done.said), self.made: made, self.endpoint: "compare" if pair else "chat"}

    def _wanted(self, turns: duet.Turns, message: object, form: Form) -> dict[str, ChatRequest]:
        """Return for each column what its model is asked, with one seed."""
        limits = self._page.settings.limits
        columns = [duet.TUNED if form.adapter else duet.BASE]
        if form.both and form.adapter:
            columns = [duet.BASE, duet.TUNED]
        seed = form.seed if form.keep else None
        wanted: dict[str, ChatRequest] = {}
        for column in columns:
            told = duet.messages(
                turns, column, str(form.system or ""), message,
                most=limits.chat_messages, longest=limits.chat_characters,
            )  # fmt: skip
            wanted[column] = self._desk.wanted(
                told, form.adapter if column == duet.TUNED else "", seed, form.max_tokens,
                form.temperature, form.top_p, form.top_k, form.repetition_penalty,
                bool(form.thinking),
            )  # fmt: skip
            seed = wanted[column].seed
        return wanted

"""A base model and its LoRA adapter: the page and the API of the Space ``qwen-lora-chat``."""

from collections.abc import Generator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr

from portfolio_core import settings, workload
from portfolio_core.engines import chat
from portfolio_core.engines.chat import TASK, Sampling
from portfolio_core.settings import Preset
from portfolio_core.ui import api_panel, chatting, duet, errors, tuning, uploads
from portfolio_core.ui.chatting import Desk, Said, Talked
from portfolio_core.ui.duet import BASE, TUNED
from portfolio_core.ui.duet_part import REPLY_TOKENS, DuetPart
from portfolio_core.ui.i18n import Words, locale_of
from portfolio_core.ui.launch import main
from portfolio_core.ui.page import Page
from portfolio_core.ui.teaching_part import TRAINING, TeachingPart, fill_in

HERE = Path(__file__).parent
ROWS = HERE / "examples" / "rows.jsonl"
EXAMPLES = (
    "What do you like to do on a rainy day?",
    "오늘 기분이 좀 우울해.",
    "Hello! Who are you?",
    "주말에 뭐 하면 좋을까?",
    "Tell me about your best friend.",
)


class QwenLora:
    """The handlers of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.desk = Desk(page)
        self.small = page.choice.model.preset is Preset.EMBEDDED
        self.on = SimpleNamespace()  # the page's components, by name

    # --- for programs ------------------------------------------------------------------------

    def chat(
        self,
        messages: Any,  # noqa: ANN401 - what a caller sends
        adapter: str = "",
        seed: int | None = None,
        max_tokens: int = REPLY_TOKENS,
        temperature: float = Sampling.temperature,
        top_p: float = Sampling.top_p,
        top_k: int = Sampling.top_k,
        repetition_penalty: float = Sampling.repetition_penalty,
        thinking: bool = False,
        request: gr.Request = None,  # type: ignore[assignment]  # Gradio fills it in
        progress: gr.Progress = gr.Progress(),  # noqa: B008 - how Gradio asks for it
    ) -> Iterator[tuple[Any, ...]]:
        """Reply to a conversation; return the reply as it grows, how it came about, and the recipe.

        Args:
            messages: A list of {"role": "system", "user" or "assistant", "content": text}; the
                last one is the user's, and only the first may be the system's. Up to 40 messages
                of 4,000 characters; the oldest are left out where the model has no room for them.
            adapter: Key of an adapter that /adapters lists; empty for the base model alone.
            seed: 0 to 4294967295; none draws one. The recipe tells it.
            max_tokens: The reply ends after so many, 1 to 1024.
            temperature: 0 takes the likeliest word each time; up to 2.
            top_p: Share of probability that the words drawn from must reach, 0 to 1.
            top_k: Number of likeliest words drawn from, 0 for all, up to 200.
            repetition_penalty: 1 for none, up to 2.
            thinking: Let the model think first, where it has learnt to; it is returned apart.
        """
        with errors.boundary(self.page.words, request):
            wanted = self.desk.wanted(
                messages, adapter, seed, max_tokens, temperature, top_p, top_k,
                repetition_penalty, thinking,
            )  # fmt: skip
            work = self.desk.reply([wanted], progress, locale_of(request))
            done = yield from growing(work, 1, 2)
            made = done.recipe(chat.arguments(wanted), wanted.seed)
            yield done.said[0].text, done.said[0].told(), made

    def compare(
        self,
        messages: Any,  # noqa: ANN401
        adapter: str = "",
        tuned_messages: Any = None,  # noqa: ANN401
        seed: int | None = None,
        max_tokens: int = REPLY_TOKENS,
        temperature: float = Sampling.temperature,
        top_p: float = Sampling.top_p,
        top_k: int = Sampling.top_k,
        repetition_penalty: float = Sampling.repetition_penalty,
        thinking: bool = False,
        request: gr.Request = None,  # type: ignore[assignment]
        progress: gr.Progress = gr.Progress(),  # noqa: B008
    ) -> Iterator[tuple[Any, ...]]:
        """Let base and tuned model reply with one seed; return both, how they came, and the recipe.

        Args:
            messages: As for /chat.
            adapter: Key of an adapter; empty for the first one that /adapters lists.
            tuned_messages: The conversation as the tuned model knows it, where its earlier
                replies were others; by default the same.
            seed: As for /chat, for both.
            max_tokens: As for /chat, for each.
            temperature: As for /chat.
            top_p: As for /chat.
            top_k: As for /chat.
            repetition_penalty: As for /chat.
            thinking: As for /chat.
        """
        with errors.boundary(self.page.words, request):
            wanted = self.desk.wanted(
                messages, adapter, seed, max_tokens, temperature, top_p, top_k,
                repetition_penalty, thinking,
            )  # fmt: skip
            pair = self.desk.pair(wanted, tuned_messages)
            work = self.desk.reply(pair, progress, locale_of(request))
            done = yield from growing(work, 2, 2)
            told = {
                column: one.told() for column, one in zip((BASE, TUNED), done.said, strict=True)
            }
            made = done.recipe(chatting.pair_arguments(*pair), wanted.seed)
            yield *(one.text for one in done.said), told, made

    def adapters(self) -> list[dict[str, Any]]:
        """List the adapters: key, base, rank, revision, and what their training told of them."""
        return [
            tuning.card(adapter, tuning.report_of(adapter.folder))
            for adapter in self.desk.offered.values()
        ]

    # --- for the page ------------------------------------------------------------------------

    def chosen(self, key: Any, request: gr.Request) -> tuple[Any, ...]:  # noqa: ANN401
        """Show the adapter that was chosen, and what it changed."""
        words, locale = self.page.words, locale_of(request)
        with errors.boundary(words, request):
            about = words.say("card_starter", locale) if self.small else ""
            if not key:
                return f"{words.say('card_none', locale)} {about}", None, ""
            adapter = self.desk.adapter(str(key))
            told = words.say("card", locale, base=adapter.base, rank=adapter.rank)
            line = f"{self.desk.manner(adapter.key, locale)} {told}".strip()
            report, name = tuning.report_of(adapter.folder), self.desk.title(adapter.key, locale)
            view = tuning.shown(adapter, report, name=name)
            return f"{line} {about}", view, tuning.model_card(adapter.folder)

    def opened(self, url: str, request: gr.Request) -> tuple[Any, ...]:
        """Show the adapter that is chosen at first, and the call of the first example."""
        messages = [{"role": "user", "content": EXAMPLES[0]}]
        told = {"messages": messages, "adapter": self.desk.default}
        name = "compare" if self.desk.default else "chat"
        return *self.chosen(self.desk.default, request), *api_panel.calls(url, name, told)

    def called(self, url: str, made: dict[str, Any], name: str) -> api_panel.Calls:
        """Show the call that made this result."""
        parameters = dict(made["parameters"])
        if "file" in parameters:
            parameters["file"] = api_panel.File(parameters["file"])
        return api_panel.calls(url, name, parameters)


def growing(
    work: Generator[tuple[Said, ...] | None, None, Talked], texts: int, others: int
) -> Generator[tuple[Any, ...], None, Talked]:
    """Go through ``work`` for a program: yield the texts as they grow; return the result."""
    while True:
        try:
            said = next(work)
        except StopIteration as done:
            result: Talked = done.value
            return result
        shown = [one.text for one in said] if said else [gr.skip()] * texts
        yield (*shown, *[gr.skip()] * others)


def build(
    configuration: settings.Settings | None = None, load: workload.Workload | None = None
) -> gr.Blocks:
    """Build the page; nothing is loaded before its first visitor asks."""
    configuration = configuration or settings.current()
    words = Words.read(HERE / "words.toml")
    fill_in(words, configuration.limits)
    with Page(TASK, words, configuration, load or workload.process_wide()) as page:
        space = QwenLora(page)
        page.header(wide=True)
        draw(space)
        connect(space)
        draw_api(space)
    return page


def draw(space: QwenLora) -> None:
    """Draw the conversation, what the adapter changed, the training, and what is folded away."""
    on, page, words = space.on, space.page, space.page.words
    with gr.Tab(words("tab_chat")):
        on.part = DuetPart(page, space.desk, EXAMPLES)
        with gr.Accordion(words("recipe"), open=False):
            on.shown = gr.JSON(label=words("recipe_label"))
    with gr.Tab(words("tab_changed")):
        on.tuning = tuning.viewer(words)
        with gr.Accordion(words("model_card"), open=False):
            on.model_card = gr.Code(
                language="markdown", show_label=False, interactive=False, lines=1, wrap_lines=True
            )
    on.teaching = None
    if settings.may_tune(page.settings):
        with gr.Tab(words("tab_train")):
            on.teaching = TeachingPart(page, space.desk, ROWS)
    with gr.Tab(words("tab_about")):
        gr.Markdown(words("about"))
    on.codes = api_panel.panel(words)
    on.address = gr.Textbox(visible=False)


def connect(space: QwenLora) -> None:
    """Say what happens at a click."""
    on, page, part = space.on, space.page, space.on.part
    inside: dict[str, Any] = {"api_visibility": "private"}
    quiet: dict[str, Any] = {"show_progress": "hidden", **inside}
    runs = part.connect()
    if on.teaching:
        runs += on.teaching.connect(part.adapter, part.made, part.endpoint)
    told = [on.address, part.made, part.endpoint]
    for run in runs:
        run.success(lambda made: made, part.made, on.shown, **quiet)
        run.success(space.called, told, on.codes, js=_ADDRESS_AND, **quiet)
    changed = [part.card, on.tuning, on.model_card]
    part.adapter.change(space.chosen, part.adapter, changed, **quiet)
    page.load(space.opened, on.address, [*changed, *on.codes], js=_ADDRESS, **quiet)
    page.load(None, js=uploads.PASTE, **inside)


def draw_api(space: QwenLora) -> None:
    """Say which calls the API has; their components are seen by programs only."""
    # Every handler checks its values itself, with its own errors.
    checks: dict[str, Any] = {"preprocess": False}
    hidden: dict[str, Any] = {"visible": False}
    messages, own = duet.messages_input("messages"), duet.messages_input("tuned_messages")
    adapter = gr.Textbox("", label="adapter", **hidden)
    numbers = [
        gr.Number(value, label=name, **hidden)
        for name, value in (
            ("seed", None),
            ("max_tokens", REPLY_TOKENS),
            ("temperature", Sampling.temperature),
            ("top_p", Sampling.top_p),
            ("top_k", Sampling.top_k),
            ("repetition_penalty", Sampling.repetition_penalty),
        )
    ]
    how = [*numbers, gr.Checkbox(False, label="thinking", **hidden)]
    reply, tuned = (gr.Textbox(label=name, **hidden) for name in ("reply", "tuned reply"))
    told, made = (gr.JSON(label=name, **hidden) for name in ("details", "recipe"))
    api = gr.Button(**hidden)
    api.click(space.chat, [messages, adapter, *how], [reply, told, made], api_name="chat", **checks)
    api.click(
        space.compare, [messages, adapter, own, *how], [reply, tuned, told, made],
        api_name="compare", **checks,
    )  # fmt: skip
    gr.api(space.adapters, api_name="adapters")
    if space.on.teaching:
        file = uploads.only_uploads(gr.File(label="file", **hidden), space.page.words)
        limits = [gr.Number(value, label=name, **hidden) for name, value in TRAINING]
        key, packed = gr.Textbox(label="key", **hidden), gr.File(label="adapter", **hidden)
        api.click(
            space.on.teaching.train, [file, *limits], [told, packed, key, made],
            api_name="train", **checks,
        )  # fmt: skip


# The browser alone knows the address under which the page is seen.
_ADDRESS = "() => [location.origin + location.pathname]"
_ADDRESS_AND = "(_, made, name) => [location.origin + location.pathname, made, name]"

if __name__ == "__main__":
    main(build)

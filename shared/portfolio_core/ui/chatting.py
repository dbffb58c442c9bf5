"""The work behind a page that chats: a model alone, or a base beside the same model tuned.

What a stranger sends is checked here, before anything is loaded. Nothing is kept between two
replies: whoever asks sends the conversation along.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from portfolio_core import recipe
from portfolio_core.catalog import Choice
from portfolio_core.engines import chat
from portfolio_core.engines.chat import ChatRequest, End, adapters, offered
from portfolio_core.engines.chat.adapters import Adapter
from portfolio_core.engines.chat.qwen import QwenChat
from portfolio_core.errors import UnknownAdapter
from portfolio_core.ui.background import Running, Signal, both
from portfolio_core.ui.bench import News
from portfolio_core.ui.i18n import Locale
from portfolio_core.ui.page import Page
from portfolio_core.workload import Place


@dataclass(frozen=True)
class Said:
    """A reply, or what there is of it yet.

    Attributes:
        text: The reply.
        thinking: What was thought before.
        end: How it ended; none while it grows.
    """

    text: str = ""
    thinking: str = ""
    end: End | None = None

    def told(self) -> dict[str, Any]:
        """Return how it came about as plain values; what it thought is among them."""
        assert self.end is not None  # noqa: S101 - a reply that has ended
        return {"thinking": self.thinking, **vars(self.end)}


@dataclass(frozen=True)
class Talked:
    """Replies that have ended, and what their recipe needs.

    Attributes:
        said: One for each request.
        choice: The model.
        revision: Of the model.
        adapters: Those that were worn.
        seconds: Of the work.
    """

    said: tuple[Said, ...]
    choice: Choice
    revision: str
    adapters: tuple[Adapter, ...]
    seconds: float

    def recipe(self, parameters: Mapping[str, Any], seed: int) -> dict[str, Any]:
        """Return the recipe of replies that were made with these arguments."""
        made = recipe.write(
            self.choice,
            revision=self.revision,
            parameters=dict(parameters),
            seconds=self.seconds,
            seed=seed,
            also=[f"{adapter.key} {adapter.revision}" for adapter in self.adapters],
        )
        return made.model_dump(mode="json")


class Desk:
    """The work of one page."""

    def __init__(self, page: Page) -> None:
        """Work for ``page``, with the adapters that its model can wear."""
        self._page = page
        self.offered = offered.offered(page.choice.model, page.settings.adapters_dir)
        """The adapters that everybody may choose, by key, the default first."""

    @property
    def default(self) -> str:
        """The key of the adapter that is worn where none is named; empty where there is none."""
        return next(iter(self.offered), "")

    def wanted(  # noqa: PLR0917 - in the order of the endpoints
        self,
        messages: object,
        adapter: object,
        seed: object,
        max_tokens: object,
        temperature: object,
        top_p: object,
        top_k: object,
        repetition_penalty: object,
        thinking: object,
    ) -> ChatRequest:
        """Check a caller's values; see :func:`chat.request`.

        Raises:
            UnknownAdapter: it is neither offered nor one that was trained here.
        """
        wanted = chat.request(
            messages,
            limits=self._page.settings.limits,
            max_tokens=max_tokens,
            seed=seed,
            temperature=temperature,
            top_p=top_p,
            top_k=top_k,
            repetition_penalty=repetition_penalty,
            adapter=adapter,
            thinking=thinking,
        )
        if wanted.adapter:
            self.adapter(wanted.adapter)
        return wanted

    def pair(
        self, wanted: ChatRequest, tuned_messages: object = None
    ) -> tuple[ChatRequest, ChatRequest]:
        """Return what the base is asked, and what the tuned model is.

        Args:
            wanted: What both are asked; without an adapter the default is worn.
            tuned_messages: The tuned model's own conversation, where its earlier replies differ.

        Raises:
            UnknownAdapter: there is none to compare with.
        """
        worn = replace(wanted, adapter=wanted.adapter or self.default)
        if not worn.adapter:
            raise UnknownAdapter("")
        if tuned_messages:
            told = chat.request(tuned_messages, limits=self._page.settings.limits)
            worn = replace(worn, messages=told.messages)
        return replace(wanted, adapter=""), worn

    def adapter(self, key: str) -> Adapter:
        """Return an adapter that is offered, or that was trained here.

        Raises:
            UnknownAdapter: there is no such one, or not any more.
        """
        if key in self.offered:
            return self.offered[key]
        folder = self._page.kept(key)
        if folder is None or not (folder / adapters.CONFIG_FILE).is_file():
            raise UnknownAdapter(key)
        return adapters.read(folder, key)

    def choice(self, worn: Sequence[Adapter]) -> Choice:
        """Return the model that wears these adapters: the page's, or the starter.

        Raises:
            AdapterMismatch: they were made for neither.
        """
        return offered.choice(worn, self._page.choice)

    def name(self, adapter: str, locale: Locale) -> str:
        """Return what answers, in words: the model, and the adapter it wears."""
        if not adapter:
            return self._page.choice.model.name
        worn = self.adapter(adapter)
        return f"{self.choice([worn]).model.name} + {self.title(adapter, locale)}"

    def title(self, adapter: str, locale: Locale) -> str:
        """Return what people call an adapter."""
        if adapter not in self.offered:
            return self._page.words.say("own_adapter", locale)
        return self._page.words.part("name_")[locale].get(adapter, adapter)

    def manner(self, adapter: str, locale: Locale) -> str:
        """Return what an adapter does, as the page's words or its model card say it."""
        said = self._page.words.part("manner_")[locale].get(adapter)
        if said or adapter not in self.offered:
            return said or ""
        return adapters.description(self.offered[adapter].folder)

    def reply(
        self, wanted: Sequence[ChatRequest], progress: News, locale: Locale
    ) -> Generator[tuple[Said, ...] | None, None, Talked]:
        """Let a model reply to several requests side by side.

        Yields:
            What there is of the replies whenever they have grown, and none in between.
        """
        worn = tuple(self.adapter(one.adapter) for one in wanted if one.adapter)
        choice = self.choice(worn)
        with self._page.workload.enter(self._page.spec_of(choice.model)) as place:
            for _ in self._page.turn(place, progress, locale):
                yield None
            watch = recipe.Stopwatch()
            running = Running(partial(self._speak, wanted, worn, place))
            before: object = None
            for signal in running:
                grown = signal.latest if isinstance(signal.latest, tuple) else None
                yield grown if grown is not before else None
                before = grown
            revision = place.engine().revision
        return Talked(running.result, choice, revision, worn, watch.seconds)

    def _speak(
        self,
        wanted: Sequence[ChatRequest],
        worn: Sequence[Adapter],
        place: Place[QwenChat],
        signal: Signal,
    ) -> tuple[Said, ...]:
        engine, check = place.engine(), both(place.check, signal.check)
        with offered.wearing(engine, worn, self.offered):
            said = [Said()] * len(wanted)
            for number, piece in engine.stream_together(wanted, check):
                before = said[number]
                said[number] = Said(
                    before.text + piece.text, before.thinking + piece.thinking, piece.end
                )
                signal.latest = tuple(said)
            return tuple(said)


def pair_arguments(base: ChatRequest, tuned: ChatRequest) -> dict[str, Any]:
    """Return two requests as the arguments of the endpoint that answers both."""
    own = chat.arguments(tuned)
    told = {**own, "messages": chat.arguments(base)["messages"]}
    same = base.messages == tuned.messages
    return told if same else {**told, "tuned_messages": own["messages"]}

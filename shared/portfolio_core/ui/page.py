"""A Space's page: its frame, the engine that runs in it, and how it reports its state."""

import os
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import gradio as gr

from portfolio_core import catalog, hub
from portfolio_core.catalog import Model
from portfolio_core.occupancy import State
from portfolio_core.provision import Provision
from portfolio_core.settings import MEBIBYTE, Settings
from portfolio_core.ui.i18n import Locale, Words
from portfolio_core.workload import EngineSpec, Place, Workload

_RESULT_SWEEP_SECONDS = 60
_LOAD_NEWS_SECONDS = 0.5
_KEY = re.compile(r"[\w-]{22}", re.ASCII)


class News(Protocol):
    """What a visitor is told on the way; Gradio's progress is one."""

    def __call__(self, progress: float, /, *, desc: str) -> object:
        """Tell a share that is done, from 0 to 1, and what is being done."""
        ...


@dataclass(frozen=True)
class PageStatus:
    """What the gallery tells of a page.

    Attributes:
        engine: Name of the model.
        preset: Its size.
        reason: Why it was chosen, in English.
        state: What the engine is doing.
    """

    engine: str
    preset: str
    reason: str
    state: State


class Page(gr.Blocks):
    """The Blocks of one Space, with the engine chosen for it.

    Use it as any Blocks; :meth:`header` and :attr:`spec` are what it adds.
    """

    def __init__(
        self,
        task: str,
        words: Words,
        settings: Settings,
        workload: Workload,
        also: Sequence[str] = (),
    ) -> None:
        """Choose the model for ``task``, and one for each task of ``also``, and open the page.

        Raises:
            ModelUnavailable: no model of a task can be had here.
        """
        limits = settings.limits
        # Gradio reads this when a component is made; the gallery has set one folder per page.
        os.environ.setdefault("GRADIO_TEMP_DIR", str(settings.temp_dir))
        hub.tell_nothing()
        super().__init__(
            title=words.say("title", "en"),
            analytics_enabled=False,
            delete_cache=(_RESULT_SWEEP_SECONDS, int(limits.temp_age_seconds)),
        )
        self.settings = settings
        self.words = words
        self.workload = workload
        self.provision = Provision(settings)
        self.machine = self.provision.machine
        self.choice = self.provision.choice(task)
        self.also = {other: self.provision.choice(other) for other in also}
        self.engine_class = catalog.engine_class(self.choice.model)
        self._downloads: dict[str, tuple[str, int, int]] = {}
        self._fill_in_words()
        self.i18n_instance = words.for_gradio()

    def optional(self, task: str) -> catalog.Choice | None:
        """Return the model for a task that the page can do without, where one can be had."""
        return self.provision.optional(task)

    @property
    def spec(self) -> EngineSpec[Any]:
        """What the workload needs to run this page's engine."""
        return self.spec_of(self.choice.model)

    def spec_of(self, model: Model) -> EngineSpec[Any]:
        """Return what the workload needs to run ``model``; its load downloads what is missing."""

        def note(name: str, done: int, whole: int) -> None:
            self._downloads[model.key] = (name, done, whole)

        return self.provision.spec(model, note)

    def header(self, *, wide: bool = False) -> None:
        """Draw title, tagline and the folded line that tells what runs, and why.

        Args:
            wide: Let the page be wide enough for two things side by side.
        """
        gr.Markdown(self.words("intro"), elem_classes=["intro", "wide"] if wide else "intro")
        with gr.Accordion(self.words("engine"), open=False, elem_classes="engine"):
            gr.Markdown(self.words("engine_why"))

    def turn(self, place: Place[Any], progress: News, locale: Locale) -> Iterator[None]:
        """Wait for a caller's turn and for a cold engine; yield whenever there is news to show.

        Raises:
            WaitedTooLong: the turn did not come in time.
        """
        for ahead in place.waiting():
            progress(0, desc=self.words.say("waiting", locale, ahead=ahead))
            yield
        key = place.lane.spec.key
        if self.workload.state(key) == "loaded":
            return
        with ThreadPoolExecutor(1, thread_name_prefix="load") as thread:
            loading = thread.submit(place.engine)
            while not wait([loading], _LOAD_NEWS_SECONDS).done:
                share, said = self._load_news(key, locale)
                progress(share, desc=said)
                yield
            loading.result()

    def _load_news(self, key: str, locale: Locale) -> tuple[float, str]:
        """Return how far the load of an engine is, as a share, and in words."""
        name, done, whole = self._downloads.get(key, ("", 0, 0))
        if not whole or done >= whole:
            return 0.0, self.words.say("loading", locale)
        size = f"{done / MEBIBYTE:.0f} / {whole / MEBIBYTE:.0f} MiB"
        return done / whole, self.words.say("downloading", locale, name=name, size=size)

    def keep(self, name: str, content: bytes) -> str:
        """Write a result where its own visitor, and nobody else, can fetch it; return its path.

        The folder's name cannot be guessed; the file goes with the limits on age and disk.

        Raises:
            OSError: the disk is full.
        """
        folder = Path(self.GRADIO_CACHE) / secrets.token_urlsafe(16)
        folder.mkdir(parents=True)
        (folder / name).write_bytes(content)  # nobody has its name before it is whole
        return str(folder / name)

    def kept(self, key: str) -> Path | None:
        """Return the folder that :meth:`keep` made, by its name; none where there is none now."""
        folder = Path(self.GRADIO_CACHE) / key
        return folder if _KEY.fullmatch(key) and folder.is_dir() else None

    def status(self) -> PageStatus:
        """Return what the gallery tells of this page now."""
        model = self.choice.model
        return PageStatus(
            engine=model.name,
            preset=model.preset.value,
            reason=self._reason("en"),
            state=self.workload.state(model.key),
        )

    def _reason(self, locale: Locale) -> str:
        reason = self.choice.reason
        return self.words.say(f"reason_{reason.code}", locale, **reason.fields)

    def _fill_in_words(self) -> None:
        self.words.fill("engine", {"en": self._facts("en"), "ko": self._facts("ko")})
        self.words.fill("engine_why", {"en": self._facts("en"), "ko": self._facts("ko")})

    def _facts(self, locale: Locale) -> Mapping[str, object]:
        model, here, say = self.choice.model, self.machine, self.words.say
        models = [model, *(choice.model for choice in self.also.values())]
        return {
            "engine": " + ".join(one.name for one in models),
            "models": "\n\n".join(
                _described(one, self.words.text("model", locale)) for one in models
            ),
            "preset": model.preset.value,
            "reason": self._reason(locale),
            "device": say(here.device, locale, threads=here.threads),
            "hardware": say(f"hardware_{here.device}", locale, threads=here.threads),
        }


def _described(model: Model, template: str) -> str:
    text = template.format(name=model.name, source=model.source, licence=model.licence)
    return f"{text} `{model.hub.revision[:8]}`" if model.hub else text

"""A Space's page: its frame, the engine that runs in it, and how it reports its state."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from portfolio_core import hub
from portfolio_core.catalog import Model
from portfolio_core.occupancy import State
from portfolio_core.settings import Settings
from portfolio_core.ui.bench import Bench
from portfolio_core.ui.i18n import Locale, Words
from portfolio_core.workload import Workload

_RESULT_SWEEP_SECONDS = 60


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


class Page(gr.Blocks, Bench):
    """The Blocks of one Space, with the engine chosen for it.

    Use it as any Blocks; :meth:`header` and what a :class:`Bench` has are what it adds.
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
        folder = Path(self.GRADIO_CACHE)
        Bench.__init__(self, task, words, settings, workload, folder=folder, also=also)
        self._fill_in_words()
        self.i18n_instance = words.for_gradio()

    def header(self, *, wide: bool = False) -> None:
        """Draw title, tagline and the folded line that tells what runs, and why.

        Args:
            wide: Let the page be wide enough for two things side by side.
        """
        gr.Markdown(self.words("intro"), elem_classes=["intro", "wide"] if wide else "intro")
        with gr.Accordion(self.words("engine"), open=False, elem_classes="engine"):
            gr.Markdown(self.words("engine_why"))

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

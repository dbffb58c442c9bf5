"""The scenes of a timeline told aloud, by the voices that a page chose.

It joins what does not know each other: where there is room to speak, and the engines that do.
"""

from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from portfolio_core import catalog, recipe
from portfolio_core.engines import text_to_speech as tts
from portfolio_core.engines.text_to_speech import reading
from portfolio_core.errors import TextTooLong
from portfolio_core.media import description
from portfolio_core.media.audio import Sound, join
from portfolio_core.media.description import Description
from portfolio_core.text.clean import has_words
from portfolio_core.text.timeline import Timeline
from portfolio_core.ui.background import Running, Signal, both
from portfolio_core.ui.bench import News
from portfolio_core.ui.i18n import Locale
from portfolio_core.ui.page import Page


@dataclass(frozen=True)
class Aloud:
    """A description that was spoken.

    Attributes:
        description: Its sound, and what became of each scene.
        answered: The key of each voice's model with its revision.
        choice: The model that spoke most of it.
        seconds: Of the work.
    """

    description: Description
    answered: dict[str, str]
    choice: catalog.Choice
    seconds: float

    def told(self) -> list[dict[str, Any]]:
        """Return what became of each scene as plain values."""
        return [
            {
                "scene_start_seconds": one.scene.start_seconds,
                "outcome": one.outcome,
                "text": one.text,
                "start_seconds": round(one.start_seconds, 3),
                "end_seconds": round(one.end_seconds, 3),
            }
            for one in self.description.told
        ]

    def recipe(self, parameters: dict[str, Any], also: Iterable[str] = ()) -> dict[str, Any]:
        """Return how to make it again; ``also`` are models that took part before."""
        own = self.choice.model.key
        others = [f"{key} {revision}" for key, revision in self.answered.items() if key != own]
        made = recipe.write(
            self.choice,
            revision=self.answered.get(own, ""),
            parameters=parameters,
            seconds=self.seconds,
            also=[*also, *others],
        )
        return made.model_dump(mode="json")


class Speaker:
    """The voices of one page, which also chose a model of ``text-to-speech``."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._choice = page.also[tts.TASK]
        # A voice that knows no Hangul leaves Korean to the embedded one.
        models = (self._choice.model, catalog.embedded(tts.TASK))
        self._models = {model.key: model for model in models}
        self._cast = reading.Cast({k: catalog.engine_class(m) for k, m in self._models.items()})
        self._rate: int = catalog.engine_class(self._choice.model).RATE

    def describe(
        self, timeline: Timeline, sound: Sound | None, progress: News, locale: Locale
    ) -> Generator[None, None, Aloud]:
        """Tell the scenes aloud, mixed under ``sound``; see :func:`description.describe`.

        Raises:
            NothingToDescribe: there is no scene with words.
            TextTooLong: there are more words than are spoken at once.
        """
        page, most = self._page, self._page.settings.limits.speech_characters
        texts = [scene.text for scene in timeline.of("scene") if has_words(scene.text)]
        length = sum(map(len, texts))
        if length > most:
            raise TextTooLong(length, most)
        needed = sorted({self._said(text).engine for text in texts})
        with ExitStack() as stack:
            # In one order for all callers: two that need both engines cannot block each other.
            places = {
                key: stack.enter_context(page.workload.enter(page.spec_of(self._models[key])))
                for key in needed
            }
            engines: dict[str, tts.SpeechEngine] = {}
            for key, place in places.items():
                yield from page.turn(place, progress, locale)
                engines[key] = place.engine()
            watch = recipe.Stopwatch()

            def check() -> None:
                for place in places.values():
                    place.check()

            progress(0.5, desc=page.words.say("stage_speaking", locale))
            for _ in (running := Running(partial(self._work, timeline, sound, engines, check))):
                yield None
        answered = {key: engine.revision for key, engine in engines.items()}
        return Aloud(running.result, answered, self._answerer(answered), watch.seconds)

    def _work(
        self,
        timeline: Timeline,
        sound: Sound | None,
        engines: dict[str, tts.SpeechEngine],
        check: Callable[[], None],
        signal: Signal,
    ) -> Description:
        check = both(signal.check, check)

        def speak(sentence: str) -> Sound:
            plan: reading.Plan = [self._said(sentence)]
            parts = reading.read(plan, 1.0, engines, self._rate, check)
            return join([part.sound for part in parts], self._rate)

        return description.describe(timeline, sound, speak, check)

    def _said(self, text: str) -> reading.Utterance:
        return self._cast.utterance(text, tts.AUTOMATIC, as_written=False)

    def _answerer(self, answered: dict[str, str]) -> catalog.Choice:
        if self._choice.model.key in answered or not answered:
            return self._choice
        model = self._models[next(iter(answered))]
        return catalog.Choice(model, catalog.Reason("language"), tts.TASK)

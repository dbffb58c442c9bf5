"""One text on its way through the queues and the engines, and what comes of it."""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack
from typing import Any

from portfolio_core.engines.text_to_speech import (
    SpeechEngine,
    SpokenSentence,
    check_length,
    reading,
)
from portfolio_core.media.audio import Format, encode, join
from portfolio_core.recipe import Stopwatch
from portfolio_core.settings import Limits
from portfolio_core.text import captions
from portfolio_core.workload import EngineSpec, Place, Workload

Turn = Callable[[Place[Any]], Iterator[None]]
"""Waits for a caller's turn; yields whenever there is news to show."""


class Call:
    """A reading that is asked for once.

    Attributes:
        spoken: The sentences and pauses so far, in order.
        revisions: Key of each engine that took part to its revision.
        file: All of it as a sound file, when all sentences are spoken.
    """

    def __init__(
        self, wanted: reading.Wish, cast: reading.Cast, rate: int, file_format: Format = "wav"
    ) -> None:
        """Plan the reading of ``wanted``, at ``rate`` samples per second.

        Raises:
            NothingToSay: see :func:`reading.plan`.
        """
        self.wanted = wanted
        self.rate = rate
        self.file_format = file_format
        self.file = b""
        self.plan = reading.plan(wanted, cast)
        self.spoken: list[SpokenSentence] = []
        self.revisions: dict[str, str] = {}
        self._watch = Stopwatch()

    def sentences(
        self,
        workload: Workload,
        specs: Mapping[str, EngineSpec[SpeechEngine]],
        turn: Turn,
        limits: Limits,
    ) -> Generator[SpokenSentence | None]:
        """Yield the sentences and pauses as they are ready, and None whenever there is news.

        Args:
            workload: Where to queue.
            specs: The engines by key; those that the plan needs are loaded.
            turn: Waits for the turn at an engine.
            limits: How long the sound may be.

        Raises:
            SoundTooLong: it would be longer.
        """
        needed = {item.engine for item in self.plan if isinstance(item, reading.Utterance)}
        with ExitStack() as stack:
            # In one order for all callers: two that need both engines cannot block each other.
            places = {
                key: stack.enter_context(workload.enter(specs[key])) for key in sorted(needed)
            }
            engines: dict[str, SpeechEngine] = {}
            for key, place in places.items():
                for _ in turn(place):
                    yield None
                engines[key] = place.engine()
                self.revisions[key] = engines[key].revision
            self._watch.restart()

            def check() -> None:
                for place in places.values():
                    place.check()

            for part in reading.read(self.plan, self.wanted.speed, engines, self.rate, check):
                check_length(part, limits)
                self.spoken.append(part)
                yield part
            # Still at its place: one long sound at a time is held in memory.
            whole = join([part.sound for part in self.spoken], self.rate)
            self.file = encode(whole, self.file_format)

    @property
    def seconds(self) -> float:
        """Seconds of work so far, without the wait for the turn."""
        return self._watch.seconds

    @property
    def engine(self) -> str:
        """Key of the engine that says most of it."""
        engines = [item.engine for item in self.plan if isinstance(item, reading.Utterance)]
        return max(sorted(set(engines)), key=engines.count)

    def srt(self) -> str:
        """Return SRT captions."""
        return captions.srt(reading.cues(self.spoken), reading.words(self.spoken))

    def vtt(self) -> str:
        """Return WebVTT captions, with the times of words where there are any."""
        return captions.vtt(reading.cues(self.spoken), reading.words(self.spoken))

    def words(self) -> str:
        """Return what was said for each sentence, one a line."""
        return "\n".join(i.spoken for i in self.plan if isinstance(i, reading.Utterance))

    def phonemes(self) -> str:
        """Return how each sentence was pronounced, one a line, in IPA."""
        return "\n".join(part.phonemes for part in self.spoken if part.phonemes)

"""The work behind a page that tells what is seen and what is said.

Here the engines meet: one captions scenes, one listens, and one reads the text in pictures where
it is there. Each waits in its own queue and is left before the next is asked, so that nobody with
one picture waits for somebody's whole clip.
"""

from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path
from typing import Any

from portfolio_core import catalog, recipe
from portfolio_core.engines import captioning, ocr
from portfolio_core.engines import speech_to_text as stt
from portfolio_core.engines.captioning import Caption, Detail
from portfolio_core.errors import (
    Busy,
    InvalidInput,
    MissingDependency,
    ModelUnavailable,
    NoFile,
    NoSoundTrack,
    UnknownChoice,
    WrongFileType,
)
from portfolio_core.media import footage, images
from portfolio_core.media.audio import Sound
from portfolio_core.media.footage import Footage, Scene
from portfolio_core.media.images import Pixels
from portfolio_core.settings import Preset
from portfolio_core.text import timeline
from portfolio_core.ui.background import Running, Signal, both
from portfolio_core.ui.bench import Bench, News
from portfolio_core.ui.i18n import Locale
from portfolio_core.ui.watched import Watched, Wish
from portfolio_core.workload import Place

_READ_SIDE = 1600  # longest side in pixels of a picture whose text is read
_LEAST_SIDE = 32  # of one that can have text


Steps = Generator[Watched | None, None, Watched]
"""Yields what there is so far whenever it has grown, none in between, and returns all of it."""


class Watcher:
    """The work of one page, which also chose a model of ``speech-to-text``."""

    def __init__(self, page: Bench) -> None:
        self._page = page
        self._hearing = page.also[stt.TASK]
        self._reading = page.optional(ocr.TASK)
        self._limits = page.settings.limits

    def wish(
        self,
        detail: object = Detail.DETAILED,
        language: object = "en",
        spoken: object = stt.AUTOMATIC,
        translate: object = False,
    ) -> Wish:
        """Check a caller's values.

        Raises:
            InvalidInput: one of them is of another type.
            UnknownChoice: there is no such detail, or no such language to write in.
        """
        known = self._page.engine_class.DETAILS
        wanted = next((one for one in known if one == detail), None)
        if wanted is None:
            raise UnknownChoice("detail", detail, [one.value for one in known])
        written = next((one for one in timeline.LANGUAGES if one == language), None)
        if written is None:
            raise UnknownChoice("language", language, timeline.LANGUAGES)
        if not isinstance(spoken, str) or not isinstance(translate, bool):
            raise InvalidInput
        return Wish(wanted, spoken, translate, written)

    def watch(self, path: Path | None, wish: Wish, progress: News, locale: Locale) -> Steps:
        """Watch and listen to a file.

        Raises:
            NoFile: there is none.
            InvalidInput: see :func:`footage.read` and :func:`speech_to_text.request`.
        """
        watched = Watched((yield from self.opened(path, progress, locale)), wish)
        sound = watched.footage.sound
        asked = self._asked(sound, wish) if sound else None  # before anything is done
        yield watched
        if watched.footage.scenes:
            yield from self._see(watched, progress, locale)
        if asked:
            yield from self._listen(watched, asked, progress, locale)
        elif watched.footage.kind == "clip":
            watched.notes["no_sound"] = None
        return watched

    def see(self, path: Path | None, wish: Wish, progress: News, locale: Locale) -> Steps:
        """Caption a picture.

        Raises:
            WrongFileType: it is no picture.
            InvalidInput: as :meth:`watch`.
        """
        watched = Watched((yield from self.opened(path, progress, locale)), wish)
        if watched.footage.kind != "picture":
            raise WrongFileType(images.FORMATS)
        return (yield from self._see(watched, progress, locale))

    def listen(self, path: Path | None, wish: Wish, progress: News, locale: Locale) -> Steps:
        """Write down what is heard in a sound or a clip.

        Raises:
            WrongFileType: it is a picture.
            NoSoundTrack: it is a clip without sound.
            InvalidInput: as :meth:`watch`.
        """
        watched = Watched((yield from self.opened(path, progress, locale)), wish)
        if watched.footage.kind == "picture":
            raise WrongFileType(footage.HEARD_TYPES)
        if watched.footage.sound is None:
            raise NoSoundTrack
        asked = self._asked(watched.footage.sound, wish)
        return (yield from self._listen(watched, asked, progress, locale))

    def opened(
        self, path: Path | None, progress: News, locale: Locale
    ) -> Generator[None, None, Footage]:
        """Read a file.

        Raises:
            NoFile: there is none.
            InvalidInput: see :func:`footage.read`.
        """
        if path is None:
            raise NoFile
        progress(0, desc=self._page.words.say("stage_opening", locale))
        reading = Running(lambda _: footage.read(path, self._limits))
        for _ in reading:
            yield None
        return reading.result

    @property
    def _hearing_class(self) -> type[stt.SpeechToTextEngine]:
        kind: type[stt.SpeechToTextEngine] = catalog.engine_class(self._hearing.model)
        return kind

    def _see(self, watched: Watched, progress: News, locale: Locale) -> Steps:
        """Caption the scenes one by one."""
        page, scenes = self._page, watched.footage.scenes
        with page.workload.enter(page.spec) as place:
            yield from self._turn(place, progress, locale)
            watch = recipe.Stopwatch()
            engine: captioning.CaptioningEngine = place.engine()
            watched.answered[engine.KEY] = (page.choice, engine.revision)
            for number, scene in enumerate(scenes, 1):
                fields = {"number": number, "count": len(scenes)}
                said = page.words.say("stage_captioning", locale, **fields)
                progress((number - 1) / len(scenes), desc=said)
                captioned = Running(partial(self._caption, watched, engine, scene, place))
                for _ in captioned:
                    yield None
                watched.see(scene, captioned.result)
                yield watched
            watched.seconds += watch.seconds
        if page.choice.model.preset is Preset.EMBEDDED:
            watched.notes["facts_only"] = None
        return watched

    def _caption(
        self,
        watched: Watched,
        engine: captioning.CaptioningEngine,
        scene: Scene,
        place: Place[Any],
        signal: Signal,
    ) -> Caption:
        check = both(signal.check, place.check)
        reader = self._reader(watched, check)
        return engine.caption(scene.rgb, watched.wish.detail, read_text=reader, check=check)

    def _reader(self, watched: Watched, check: Callable[[], None]) -> captioning.ReadText | None:
        """Return what reads the text in a picture, where an engine for that is there."""
        choice, page = self._reading, self._page
        if choice is None:
            return None

        def read(picture: Pixels) -> str:
            check()
            if min(picture.shape[:2]) < _LEAST_SIDE:
                return ""
            try:
                with page.workload.enter(page.spec_of(choice.model)) as place:
                    engine: ocr.OcrEngine = place.engine()
                    small = images.shrunk(picture, _READ_SIDE)
                    text = ocr.last(engine.steps(small, check=check)).sure_text
            except (Busy, MissingDependency, ModelUnavailable):
                watched.notes["text_not_read"] = None
                return ""
            watched.answered[choice.model.key] = (choice, engine.revision)
            return text

        return read

    def _asked(self, sound: Sound, wish: Wish) -> stt.SpeechToTextRequest:
        """Return what the listening engine is asked; see :func:`speech_to_text.request`."""
        kind = self._hearing_class
        return stt.request(
            sound,
            wish.spoken,
            wish.translate,
            languages=kind.LANGUAGES,
            translates=kind.TRANSLATES,
            limits=self._limits,
        )

    def _listen(
        self, watched: Watched, asked: stt.SpeechToTextRequest, progress: News, locale: Locale
    ) -> Steps:
        """Write down what is heard."""
        page = self._page
        with page.workload.enter(page.spec_of(self._hearing.model)) as place:
            yield from self._turn(place, progress, locale)
            watch = recipe.Stopwatch()
            engine: stt.SpeechToTextEngine = place.engine()
            watched.answered[engine.KEY] = (self._hearing, engine.revision)

            def work(signal: Signal) -> None:
                for segment in engine.transcribe(asked, both(signal.check, place.check)):
                    watched.hear(segment)

            seconds, told = asked.sound.seconds, -1
            for _ in Running(work):
                done = watched.heard[-1].end_seconds if watched.heard else 0.0
                fields = {"done": round(done), "count": round(seconds)}
                progress(done / seconds, desc=page.words.say("stage_listening", locale, **fields))
                yield watched if len(watched.heard) != told else None
                told = len(watched.heard)
            watched.seconds += watch.seconds
        self._note_hearing(watched)
        return watched

    def _note_hearing(self, watched: Watched) -> None:
        speech = [entry for entry in watched.heard if entry.kind == "speech"]
        if not speech:
            watched.notes["no_speech"] = None
        elif timeline.NOT_UNDERSTOOD in watched.notes:
            pass  # which says as much
        elif tuple(self._hearing_class.LANGUAGES) == ("en",):
            watched.notes["english_only"] = None

    def _turn(
        self, place: Place[Any], progress: News, locale: Locale
    ) -> Generator[None, None, None]:
        yield from self._page.turn(place, progress, locale)

"""The work behind a page that classifies pictures: one, many, and learning from piles of them.

Each piece is a generator: it yields whenever there may be news for the visitor, and returns its
result. What it is told by a stranger is checked here, before anything is loaded.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from portfolio_core import batching, recipe
from portfolio_core.catalog import Choice
from portfolio_core.engines.classification import TASK, Floats, Rules, heatmap, ranking
from portfolio_core.engines.classification.ranking import Ranking, Source
from portfolio_core.engines.classification.resnet import ResNetEngine
from portfolio_core.errors import ModelUnavailable, NoFile, NumberOutOfRange
from portfolio_core.media import images
from portfolio_core.media.images import Picture, Pixels
from portfolio_core.training import groups, imagefolder, lesson
from portfolio_core.training.imagefolder import File, ImageFolder
from portfolio_core.training.retraining import Retrained, retrain
from portfolio_core.ui.background import Running, Signal, both
from portfolio_core.ui.bench import Bench, News
from portfolio_core.ui.i18n import Locale
from portfolio_core.workload import EngineSpec, Place

SEEN_SIDE = 1024
"""Longest side in pixels of a picture that is shown with its heat map."""
MOST_SEED = 2**31 - 1
THINGS = "imagenet"
"""Task, and key in the API, of the classifier that knows a thousand things."""


@dataclass(frozen=True)
class Judged:
    """An answer about one picture.

    Attributes:
        picture: As it was read.
        rules: Those of the engine that answered.
        probabilities: Shape (classes,).
        choice: The model that answered, or on which the visitor's own stands.
        revision: Of the engine.
        seconds: Of the work.
        heat: The picture with its heat map; none where nobody asked for it.
    """

    picture: Picture
    rules: Rules
    probabilities: Floats
    choice: Choice
    revision: str
    seconds: float
    heat: Pixels | None = None


class _Answer(NamedTuple):
    """What :class:`Judged` has of an engine, in its order and under its names."""

    rules: Rules
    probabilities: Floats
    revision: str
    seconds: float


@dataclass(frozen=True)
class Ranked:
    """A ranking with what its recipe needs."""

    ranking: Ranking
    choice: Choice
    revision: str
    seconds: float


@dataclass(frozen=True)
class Learnt:
    """What was learnt, and where it is kept.

    Attributes:
        found: The pictures.
        head: The head with its figures.
        told: The figures as plain values.
        key: Under which the head is kept.
        file: Path of the zip to download.
        choice: The model that it is on.
        revision: Of the network that it is on.
        seconds: Of the work.
    """

    found: ImageFolder
    head: Retrained
    told: dict[str, Any]
    key: str
    file: str
    choice: Choice
    revision: str
    seconds: float


class Desk:
    """The work of one page."""

    def __init__(self, page: Bench, favourite: str) -> None:
        """Work for ``page``; pictures are ranked by the class ``favourite`` unless one is named."""
        self._page = page
        self._limits = page.settings.limits
        self._favourite = favourite
        self.things = page.optional(THINGS)
        """What tells a thousand things apart, where it can be had."""

    def judge(
        self,
        source: Source | None,
        model: object,
        progress: News,
        locale: Locale,
        *,
        label: object = None,
        heat: bool = False,
    ) -> Generator[Judged | None, None, Judged]:
        """Classify one picture.

        Args:
            source: The picture.
            model: Key of a trained classifier, or :data:`THINGS`; empty = the page's own.
            progress: Told how it goes.
            locale: The visitor's language.
            label: The class that a heat map explains; empty = the likeliest.
            heat: Whether a heat map is made, too: the answer is yielded without it, then with it.

        Raises:
            NoFile: there is no picture.
            ClassifierGone: there is no such classifier.
            ModelUnavailable: a thousand things are asked for and cannot be had.
            UnknownChoice: there is no such class.
            InvalidInput: see :func:`images.read`.
        """
        if source is None or source.path is None:
            raise NoFile
        picture = images.read(source.path, self._limits)
        choice = self._chosen(model)
        with self._page.workload.enter(self._page.spec_of(choice.model)) as place:
            if not heat:
                answer = yield from self._answered(place, picture.rgb, model, progress, locale)
                return Judged(picture=picture, choice=choice, **answer._asdict())
            yield from self._turn(place, progress, locale)
            watch = recipe.Stopwatch()
            engine = self._engine(place.engine(), model)
            wanted = ranking.label_of(engine.rules, label, "") if label else None
            (row,) = engine.classify([picture.rgb], place.check)
            judged = Judged(picture, engine.rules, row, choice, engine.revision, watch.seconds)
            yield judged
            progress(0.5, desc=self._page.words.say("finding", locale))
            small = images.shrunk(picture.rgb, SEEN_SIDE)
            running = Running(
                lambda signal: engine.explain(small, wanted, both(signal.check, place.check))
            )
            for _ in running:
                yield None
            glow = heatmap.over(small, running.result)
        done = replace(judged, seconds=watch.seconds, heat=glow)
        yield done
        return done

    def _answered(
        self,
        place: Place[ResNetEngine],
        picture: Pixels,
        model: object,
        progress: News,
        locale: Locale,
    ) -> Generator[None, None, _Answer]:
        """Classify one picture, beside those of others who wait for the same classifier."""

        def call(
            whole: ResNetEngine, pictures: Sequence[Pixels], check: Callable[[], None]
        ) -> list[_Answer]:
            watch, engine = recipe.Stopwatch(), self._engine(whole, model)
            rows = engine.classify(pictures, check)
            return [_Answer(engine.rules, row, engine.revision, watch.seconds) for row in rows]

        kind = (TASK, str(model or ""))
        mine: batching.Share[Pixels, _Answer] = batching.offered(place, kind, [picture])
        yield from self._page.wait_for_turn(place, progress, locale)
        if mine.results is None:
            yield from self._page.wait_for_engine(place, progress, locale)
        (answer,) = batching.worked(place, mine, call)
        return answer

    def rank(
        self,
        files: Sequence[Source],
        addresses: object,
        progress: News,
        locale: Locale,
        *,
        label: object,
        model: object,
    ) -> Generator[None, None, Ranked]:
        """Rank pictures and what is fetched from addresses, one in each line.

        Raises:
            NoFile, TooManyFiles: see :func:`ranking.sources`.
            ClassifierGone: there is no such classifier.
            ModelUnavailable: a thousand things are asked for and cannot be had.
            UnknownChoice: there is no such class.
        """
        wanted, choice = ranking.sources(files, addresses, self._limits), self._chosen(model)
        say = partial(self._page.words.say, locale=locale, whole=len(wanted))
        reading = ranking.Reading(wanted, self._limits)
        for done in reading.read():
            progress(0.5 * done / len(wanted), desc=say("reading", done=done))
            yield
        with self._page.workload.enter(self._page.spec_of(choice.model)) as place:
            yield from self._turn(place, progress, locale)
            watch = recipe.Stopwatch()
            engine = self._engine(place.engine(), model)
            number = ranking.label_of(engine.rules, label, self._favourite)
            answers: list[Floats] = []
            for part in reading.answer(engine, place.check):
                answers.append(part)
                done = sum(map(len, answers))
                progress(0.5 + 0.5 * done / len(wanted), desc=say("looking", done=done))
                yield
        result = reading.ranking(answers, engine.rules, number, groups.find)
        return Ranked(result, choice, engine.revision, watch.seconds)

    def learn(
        self,
        files: Sequence[File],
        labels: object,
        seed: object,
        progress: News,
        locale: Locale,
    ) -> Generator[None, None, Learnt]:
        """Learn classes from pictures; ``labels`` has the name of its class for each.

        Raises:
            NoFile, LabelsMissing, TooManyFiles, FilesTooLarge, EmptyText, TextTooLong: see
                :func:`lesson.piles`.
            TooFewClasses, EmptyClass, SharedPicture: see :func:`imagefolder.read_piles`.
            TooFewGroups: a class has too few different pictures.
            NumberOutOfRange: the seed is no whole number from 0 to :data:`MOST_SEED`.
        """
        piles, number = lesson.piles(files, labels, self._limits), _seed(seed)
        # A minute of learning has a queue of its own: nobody waits for it with one picture.
        own = self._page.spec
        spec: EngineSpec[Any] = EngineSpec(f"{own.key}/learning", own.load, own.memory_bytes)
        with self._page.workload.enter(spec) as place:
            yield from self._turn(place, progress, locale)
            watch = recipe.Stopwatch()
            engine: ResNetEngine = place.engine()
            running = Running(lambda signal: self._learn(piles, engine, number, place, signal))
            for signal in running:
                share = signal.done / signal.whole if signal.whole else 0.0
                said = self._page.words.say("learning", locale, percent=round(100 * share))
                progress(share, desc=said)
                yield
        found, learnt = running.result
        return self._kept(found, learnt, engine.revision, watch.seconds)

    def _learn(
        self,
        piles: dict[str, list[File]],
        engine: ResNetEngine,
        seed: int,
        place: Place[Any],
        signal: Signal,
    ) -> tuple[ImageFolder, Retrained]:
        check = both(signal.check, place.check)
        found = imagefolder.read_piles(piles, self._limits, check)
        return found, retrain(found, engine, seed=seed, progress=signal.progress, check=check)

    def _kept(self, found: ImageFolder, head: Retrained, revision: str, seconds: float) -> Learnt:
        told = lesson.numbers(found, head)
        file = Path(self._page.keep(lesson.ZIP_FILE, b""))
        lesson.keep(file.parent, head)
        file.write_bytes(lesson.pack(file.parent, told))
        key, choice = file.parent.name, self._page.choice
        return Learnt(found, head, told, key, str(file), choice, revision, seconds)

    def _chosen(self, model: object) -> Choice:
        if model != THINGS:
            return self._page.choice
        if self.things is None:
            raise ModelUnavailable(THINGS)
        return self.things

    def _engine(self, engine: ResNetEngine, model: object) -> ResNetEngine:
        key = str(model or "")
        if key in {"", THINGS}:
            return engine
        return lesson.recall(self._page.folder, key, engine)

    def _turn(self, place: Place[Any], progress: News, locale: Locale) -> Iterator[None]:
        return self._page.turn(place, progress, locale)


def source(path: Path, name: str) -> Source:
    """Return an upload as a picture to rank; see :func:`uploads.taken`."""
    return Source(name or path.name, path)


def file(path: Path, name: str) -> File:
    """Return an upload as a picture to learn from; see :func:`uploads.taken`."""
    return File(path, name or path.name)


def _seed(given: object) -> int:
    number = given if isinstance(given, int | float) and not isinstance(given, bool) else -1
    if not 0 <= number <= MOST_SEED or int(number) != number:
        raise NumberOutOfRange("seed", given, 0, MOST_SEED)
    return int(number)

"""Many pictures of a caller, the likeliest of a class first.

A picture that cannot be had is a line of the result, not the end of it. What two pictures of
the same thing are is told by a function of the caller's: engines do not know.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from portfolio_core.engines.classification import ClassificationEngine, Floats, Rules
from portfolio_core.errors import NoFile, PortfolioError, TooManyFiles, UnknownChoice
from portfolio_core.media import images, urls
from portfolio_core.media.images import Pixels
from portfolio_core.settings import Limits

SIDE = 512
"""Longest side in pixels to which pictures are shrunk as they come: fifty whole ones would fill
the memory, and no network here looks at more."""
_AT_ONCE = 4  # pictures fetched or read at the same time
_BATCH = 8  # pictures between two pieces of news
_LOOK_SECONDS = 0.2
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would carry out


@dataclass(frozen=True)
class Source:
    """A picture that a caller names.

    Attributes:
        name: What the caller calls it: a file's name, or the address.
        path: Where it lies; none = it is fetched from the address that is its name.
    """

    name: str
    path: Path | None = None


@dataclass(frozen=True)
class Seen:
    """A picture and its answer.

    Attributes:
        name: What the caller calls it.
        rgb: The picture, at most :data:`SIDE` pixels on a side.
        probabilities: Shape (classes,), float32.
        verdict: Index of the class that is named, or none when the engine is unsure.
        group: Number of its group; pictures of one group show the same.
    """

    name: str
    rgb: Pixels
    probabilities: Floats
    verdict: int | None
    group: int


@dataclass(frozen=True)
class Failed:
    """A picture that could not be had, and why."""

    name: str
    error: PortfolioError


@dataclass(frozen=True)
class Ranking:
    """The result.

    Attributes:
        rules: Those of the engine that answered.
        label: Index of the class by which it is ranked.
        seen: The pictures, the likeliest first.
        failed: What could not be had, in the caller's order.
    """

    rules: Rules
    label: int
    seen: Sequence[Seen]
    failed: Sequence[Failed]

    def table(self) -> bytes:
        """Return the ranking as CSV, UTF-8 with a mark for spreadsheets."""
        file = io.StringIO()
        lines = csv.writer(file)
        classes = self.rules.classes
        lines.writerow(["rank", "name", "verdict", *map(_harmless, classes), "group", "error"])
        for rank, one in enumerate(self.seen, 1):
            verdict = "unsure" if one.verdict is None else _harmless(classes[one.verdict])
            shares = [f"{share:.4f}" for share in one.probabilities]
            lines.writerow([rank, _harmless(one.name), verdict, *shares, one.group + 1, ""])
        for failed in self.failed:
            nothing = [""] * (len(classes) + 1)
            lines.writerow(["", _harmless(failed.name), "", *nothing, failed.error.code])
        return file.getvalue().encode("utf-8-sig")


def sources(files: Sequence[Source], addresses: object, limits: Limits) -> list[Source]:
    """Return files and addresses as sources, each address once.

    Args:
        files: The files.
        addresses: One in each line, as text.
        limits: How many there may be.

    Raises:
        NoFile: there is none of either.
        TooManyFiles: there are more than ``limits.rank_files``.
    """
    lines = dict.fromkeys(line.strip() for line in str(addresses or "").splitlines())
    found = [*files, *(Source(line) for line in lines if line)]
    if not found:
        raise NoFile
    if len(found) > limits.rank_files:
        raise TooManyFiles(len(found), limits.rank_files)
    return found


class Reading:
    """Pictures on their way to an answer.

    Attributes:
        pictures: Name and pixels of those that could be had, when they were read.
        failed: The others.
    """

    def __init__(self, wanted: Sequence[Source], limits: Limits) -> None:
        self._wanted = wanted
        self._limits = limits
        self.pictures: list[tuple[str, Pixels]] = []
        self.failed: list[Failed] = []

    def read(self) -> Iterator[int]:
        """Read and fetch; yield several times a second how many are there."""
        pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="pictures")
        try:
            futures = [pool.submit(self._one, source) for source in self._wanted]
            while wait(futures, _LOOK_SECONDS).not_done:
                yield sum(future.done() for future in futures)
        finally:
            # A fetch ends by itself within its time; nobody has to wait for it.
            pool.shutdown(wait=False, cancel_futures=True)
        for source, future in zip(self._wanted, futures, strict=True):
            self._note(source, future)

    def answer(
        self, engine: ClassificationEngine, check: Callable[[], None] = lambda: None
    ) -> Iterator[Floats]:
        """Yield the answers, a few pictures at a time, each of shape (some, classes)."""
        for at in range(0, len(self.pictures), _BATCH):
            some = [rgb for _, rgb in self.pictures[at : at + _BATCH]]
            yield engine.classify(some, check)

    def ranking(
        self,
        answers: Sequence[Floats],
        rules: Rules,
        label: int,
        group: Callable[[Sequence[Pixels]], npt.NDArray[np.int64]],
    ) -> Ranking:
        """Put the pictures in order.

        Args:
            answers: What :meth:`answer` has yielded.
            rules: Those of the engine.
            label: Index of the class.
            group: Tells the group of each picture, numbered from 0.
        """
        groups = group([rgb for _, rgb in self.pictures])
        rows = [row for part in answers for row in part]
        seen = [
            Seen(name, rgb, row, rules.verdict(row), int(number))
            for (name, rgb), row, number in zip(self.pictures, rows, groups, strict=True)
        ]
        seen.sort(key=lambda one: -float(one.probabilities[label]))
        return Ranking(rules, label, seen, self.failed)

    def _one(self, source: Source) -> Pixels:
        if source.path is None:
            picture = urls.fetch_picture(source.name, self._limits)
        else:
            picture = images.read(source.path, self._limits)
        return images.shrunk(picture.rgb, SIDE)

    def _note(self, source: Source, future: Future[Pixels]) -> None:
        try:
            self.pictures.append((source.name, future.result()))
        except PortfolioError as error:
            self.failed.append(Failed(source.name, error))


def label_of(rules: Rules, wanted: object, favourite: str) -> int:
    """Return the index of the class that a caller names.

    Args:
        rules: The classes.
        wanted: Its name; empty = ``favourite`` where there is one, else the first.
        favourite: See there.

    Raises:
        UnknownChoice: there is no such class.
    """
    name = str(wanted or "")
    if not name:
        return rules.classes.index(favourite) if favourite in rules.classes else 0
    if name not in rules.classes:
        raise UnknownChoice("label", name, rules.classes)
    return rules.classes.index(name)


def _harmless(text: str) -> str:
    """Return ``text`` so that no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text

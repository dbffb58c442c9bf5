"""Where work gets done: the models chosen for it, the queue before each, and a folder.

A page is one with a face; the routes of the server use one without. It knows nothing of either.
"""

import re
import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any, Protocol

from portfolio_core import catalog
from portfolio_core.catalog import Model
from portfolio_core.provision import Provision
from portfolio_core.settings import MEBIBYTE, Settings
from portfolio_core.ui.i18n import Locale, Words
from portfolio_core.workload import EngineSpec, Place, Workload

_LOAD_NEWS_SECONDS = 0.5
_KEY = re.compile(r"[\w-]{22}", re.ASCII)


class News(Protocol):
    """What a visitor is told on the way; Gradio's progress is one."""

    def __call__(self, progress: float, /, *, desc: str) -> object:
        """Tell a share that is done, from 0 to 1, and what is being done."""
        ...


class Bench:
    """The place of work of one page, or of some routes."""

    def __init__(
        self,
        task: str,
        words: Words,
        settings: Settings,
        workload: Workload,
        *,
        folder: Path,
        also: Sequence[str] = (),
    ) -> None:
        """Choose the model for ``task``, and one for each task of ``also``; keep files in a folder.

        Raises:
            ModelUnavailable: no model of a task can be had here.
        """
        self.settings = settings
        self.words = words
        self.workload = workload
        self.folder = folder
        self.provision = Provision(settings)
        self.machine = self.provision.machine
        self.choice = self.provision.choice(task)
        self.also = {other: self.provision.choice(other) for other in also}
        self.engine_class = catalog.engine_class(self.choice.model)
        self._downloads: dict[str, tuple[str, int, int]] = {}

    def optional(self, task: str) -> catalog.Choice | None:
        """Return the model for a task that can be done without, where one can be had."""
        return self.provision.optional(task)

    @property
    def spec(self) -> EngineSpec[Any]:
        """What the workload needs to run the engine chosen for the task."""
        return self.spec_of(self.choice.model)

    def spec_of(self, model: Model) -> EngineSpec[Any]:
        """Return what the workload needs to run ``model``; its load downloads what is missing."""

        def note(name: str, done: int, whole: int) -> None:
            self._downloads[model.key] = (name, done, whole)

        return self.provision.spec(model, note)

    def turn(self, place: Place[Any], progress: News, locale: Locale) -> Iterator[None]:
        """Wait for a caller's turn and for a cold engine; yield whenever there is news to show.

        Raises:
            WaitedTooLong: the turn did not come in time.
        """
        yield from self.wait_for_turn(place, progress, locale)
        yield from self.wait_for_engine(place, progress, locale)

    def wait_for_turn(self, place: Place[Any], progress: News, locale: Locale) -> Iterator[None]:
        """Wait for a caller's turn; see :meth:`turn`."""
        for ahead in place.waiting():
            progress(0, desc=self.words.say("waiting", locale, ahead=ahead))
            yield

    def wait_for_engine(self, place: Place[Any], progress: News, locale: Locale) -> Iterator[None]:
        """Wait for a cold engine of a caller whose turn has come; see :meth:`turn`."""
        key = place.queue.spec.key
        if self.workload.state(key) == "loaded":
            return
        with ThreadPoolExecutor(1, thread_name_prefix="load") as thread:
            loading = thread.submit(place.engine)
            while not wait([loading], _LOAD_NEWS_SECONDS).done:
                share, said = self._load_news(key, locale)
                progress(share, desc=said)
                yield
            loading.result()

    def keep(self, name: str, content: bytes) -> str:
        """Write a result where its own visitor, and nobody else, can fetch it; return its path.

        The folder's name cannot be guessed; the file goes with the limits on age and disk.

        Raises:
            OSError: the disk is full.
        """
        folder = self.folder / secrets.token_urlsafe(16)
        folder.mkdir(parents=True)
        (folder / name).write_bytes(content)  # nobody has its name before it is whole
        return str(folder / name)

    def kept(self, key: str) -> Path | None:
        """Return the folder that :meth:`keep` made, by its name; none where there is none now."""
        folder = self.folder / key
        return folder if _KEY.fullmatch(key) and folder.is_dir() else None

    def _load_news(self, key: str, locale: Locale) -> tuple[float, str]:
        """Return how far the load of an engine is, as a share, and in words."""
        name, done, whole = self._downloads.get(key, ("", 0, 0))
        if not whole or done >= whole:
            return 0.0, self.words.say("loading", locale)
        size = f"{done / MEBIBYTE:.0f} / {whole / MEBIBYTE:.0f} MiB"
        return done / whole, self.words.say("downloading", locale, name=name, size=size)

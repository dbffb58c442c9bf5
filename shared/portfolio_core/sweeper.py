"""Deletes uploads and results by age and by size, and what broken-off uploads left behind.

It looks only into the folders that it is given, never follows a link, and tells the age of
a file by when it came there: a copied file keeps its date, not its arrival.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from portfolio_core.settings import Limits

log = logging.getLogger(__name__)

EVERY_SECONDS = 60
# An upload is written under a name of this form and put in place when it is whole.
_UNFINISHED = "tmp"
_UNFINISHED_SECONDS = 600


@dataclass(frozen=True)
class _Found:
    path: Path
    size: int
    arrived: float
    unfinished: bool


def sweep(folders: Sequence[Path], kept: set[Path], limits: Limits, now: float) -> int:
    """Delete what is over a limit at the time ``now``; return how many files went.

    Args:
        folders: Where uploads and results lie; nothing else is touched.
        kept: Files that belong to the pages themselves.
        limits: Age and size.
        now: Seconds since the epoch.
    """
    files = [file for folder in folders for file in _files(folder) if file.path not in kept]
    files.sort(key=lambda file: file.arrived)
    surplus = sum(file.size for file in files) - limits.temp_bytes
    deleted = 0
    for file in files:
        age = now - file.arrived
        stale = file.unfinished and age > _UNFINISHED_SECONDS
        if stale or age > limits.temp_age_seconds or surplus > 0:
            with contextlib.suppress(OSError):  # gone already, or not ours to delete
                file.path.unlink()
                surplus -= file.size
                deleted += 1
    for folder in folders:
        _remove_empty(folder, now - _UNFINISHED_SECONDS)
    return deleted


@contextlib.contextmanager
def sweeping(
    folders: Sequence[Path], kept: Callable[[], set[Path]], limits: Limits
) -> Iterator[None]:
    """Sweep once a minute in a thread of its own until the block ends.

    A file that may live for less than a minute is looked for as often as it may live.
    """
    ended = threading.Event()
    seconds = min(EVERY_SECONDS, limits.temp_age_seconds)

    def run() -> None:
        while not ended.wait(seconds):
            try:
                deleted = sweep(folders, kept(), limits, time.time())
            except Exception:  # whatever it was, the next round may do better
                log.exception("The temporary files could not be swept.")
                continue
            if deleted:
                log.info("Swept %d temporary files", deleted)

    # Nobody waits for a round that is under way: half of one is as good as none.
    threading.Thread(target=run, name="sweeper", daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _files(folder: Path) -> Iterator[_Found]:
    if folder.is_symlink():
        return
    for place, _, names in os.walk(folder):
        for name in names:
            path = Path(place, name)
            with contextlib.suppress(OSError):  # deleted by its owner in between
                if path.is_symlink():
                    continue
                facts = path.lstat()
                unfinished = path.parent == folder and name.startswith(_UNFINISHED)
                yield _Found(path, facts.st_size, facts.st_ctime, unfinished)


def _remove_empty(folder: Path, before: float) -> None:
    if folder.is_symlink():
        return
    for place, _, _ in os.walk(folder, topdown=False):
        path = Path(place)
        with contextlib.suppress(OSError):  # not empty, which is the rule
            if path != folder and path.lstat().st_ctime < before:
                path.rmdir()

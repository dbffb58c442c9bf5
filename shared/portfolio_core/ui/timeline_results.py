"""What a visitor gets of what was watched: files, sentences about it, recipes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from portfolio_core.errors import NoFile
from portfolio_core.media import audio
from portfolio_core.text import timeline_files
from portfolio_core.text.filenames import speaking_name
from portfolio_core.text.timeline import Timeline
from portfolio_core.text.timeline_files import Format
from portfolio_core.ui import uploads
from portfolio_core.ui.i18n import Locale, Words
from portfolio_core.ui.page import Page
from portfolio_core.ui.speaking import Aloud
from portfolio_core.ui.watched import Watched

_OUTCOMES = ("spoken", "shortened", "no_room", "as_before")


@dataclass(frozen=True)
class Source:
    """A file that the caller sent: where it lies, and its name there, which is a stranger's."""

    path: Path
    name: str

    def mark(self) -> dict[str, str]:
        """Return what a recipe says of it."""
        return {"name": self.name, "sha256": sha256(self.path.read_bytes()).hexdigest()}

    @property
    def title(self) -> str:
        """What it is called, without its kind."""
        return title(self.name)


def one(sent: object) -> Source:
    """Return the file in what a component hands to its handler.

    Raises:
        NoFile: there is none.
    """
    found = uploads.taken(sent, lambda path, name: Source(path, name or path.name))
    if not found:
        raise NoFile
    return found[0]


def title(name: object) -> str:
    """Return what a file of that name is called, without its kind; a stranger may have named it."""
    return Path(str(name).replace("\\", "/")).stem or "recording"


def written(page: Page, timeline: Timeline, kind: Format, called: str) -> str:
    """Write a timeline as a file that its visitor can fetch; return where it lies."""
    name = speaking_name(called, "", kind.extension)
    return page.keep(name, kind.write(timeline).encode())


def files(page: Page, timeline: Timeline, called: str) -> list[str]:
    """Write a timeline in all the ways that something of it would be in."""
    return [written(page, timeline, kind, called) for kind in timeline_files.fitting(timeline)]


def sound(page: Page, aloud: Aloud, kind: audio.Format, called: str) -> str:
    """Write a description as a file of sound; return where it lies."""
    name = speaking_name(called, "described", kind)
    return page.keep(name, audio.encode(aloud.description.sound, kind))


def notes(watched: Watched, words: Words, locale: Locale) -> list[str]:
    """Return sentences on what a visitor should know, among ``note_…`` of the page's words."""
    return [words.say(f"note_{code}", locale) for code in (*watched.footage.notes, *watched.notes)]


def models(watched: Watched, words: Words, locale: Locale) -> str:
    """Return who answered, for people."""
    names = " + ".join(choice.model.name for choice, _ in watched.answered.values())
    return words.say("answered", locale, models=names, seconds=watched.seconds)


def told(aloud: Aloud, words: Words, locale: Locale) -> str:
    """Return what became of the scenes that were told aloud, as Markdown."""
    scenes: Sequence[Mapping[str, Any]] = aloud.told()
    counts = Counter(scene["outcome"] for scene in scenes)
    said = [
        words.say(f"told_{outcome}", locale, count=counts[outcome])
        for outcome in _OUTCOMES
        if counts[outcome]
    ]
    return " · ".join(said)

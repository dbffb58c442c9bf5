"""A timeline as files to keep: subtitles, a track of descriptions, plain text, JSON."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from portfolio_core.errors import UnknownChoice
from portfolio_core.text import captions, subtitles
from portfolio_core.text.captions import Cue
from portfolio_core.text.timeline import Language, Timeline, data

_HEADS: dict[Language, dict[str, str]] = {
    "en": {"scene": "Picture", "speech": "Speech", "music": "Music", "noise": "Noise",
           "silence": "Silence"},
    "ko": {"scene": "화면", "speech": "말", "music": "음악", "noise": "소음", "silence": "조용함"},
}  # fmt: skip


@dataclass(frozen=True)
class Format:
    """One kind of file.

    Attributes:
        key: Name in the API.
        name: Name for people.
        extension: What its name ends with, without the first dot.
        holds: What is in it.
        timed: Whether it is made of times, which a picture has none of.
        pictured: Whether it is made of scenes.
        write: Makes it.
    """

    key: str
    name: str
    extension: str
    holds: str
    timed: bool
    pictured: bool
    write: Callable[[Timeline], str]

    def about(self) -> dict[str, str]:
        """Return what a caller is told of it."""
        return {name: getattr(self, name) for name in ("key", "name", "extension", "holds")}


def srt(timeline: Timeline) -> str:
    """Return subtitles for who cannot hear, as SRT."""
    return captions.srt(subtitles.of(timeline))


def vtt(timeline: Timeline) -> str:
    """Return subtitles for who cannot hear, as WebVTT."""
    return captions.vtt(subtitles.of(timeline))


def descriptions(timeline: Timeline) -> str:
    """Return the scenes as a WebVTT track of descriptions, for a player that reads them out."""
    scenes = timeline.of("scene")
    cues = (Cue(scene.start_seconds, scene.end_seconds, scene.text) for scene in scenes)
    return captions.vtt(cues, whole=True)


def text(timeline: Timeline) -> str:
    """Return all of it to read, a line for each entry."""
    heads = _HEADS[timeline.language]
    lines = []
    for entry in timeline.entries:
        head = heads[entry.kind]
        said = f"{head}: {timeline.said(entry)}" if entry.text else head
        if timeline.seconds:
            said = f"[{clock(entry.start_seconds)} - {clock(entry.end_seconds)}] {said}"
        lines.append(said)
    return "".join(f"{line}\n" for line in lines)


def as_json(timeline: Timeline) -> str:
    """Return all of it as JSON, which :func:`timeline.read` reads again."""
    return json.dumps(data(timeline), ensure_ascii=False, indent=2) + "\n"


def clock(seconds: float) -> str:
    """Return a time as minutes, seconds and tenths: ``1:02.5``."""
    minutes, tenths = divmod(round(10 * seconds), 600)
    return f"{minutes}:{tenths // 10:02}.{tenths % 10}"


FORMATS: Mapping[str, Format] = {
    one.key: one
    for one in (
        Format("srt", "SRT", "srt", "subtitles for who cannot hear", True, False, srt),
        Format("vtt", "WebVTT", "vtt", "subtitles for who cannot hear", True, False, vtt),
        Format(
            "descriptions", "WebVTT descriptions", "descriptions.vtt",
            "scenes, for a player that reads them out", True, True, descriptions,
        ),
        Format("txt", "Text", "txt", "all of it, to read", False, False, text),
        Format("json", "JSON", "json", "all of it, with each word", False, False, as_json),
    )
}  # fmt: skip
"""The kinds of files by key."""


def check_format(key: object) -> Format:
    """Return the kind of file that ``key`` names.

    Raises:
        UnknownChoice: there is none.
    """
    if not isinstance(key, str) or key not in FORMATS:
        raise UnknownChoice("file_format", key, FORMATS)
    return FORMATS[key]


def fitting(timeline: Timeline) -> list[Format]:
    """Return the kinds of files that something of ``timeline`` would be in."""
    scenes, heard = bool(timeline.of("scene")), bool(timeline.of("speech", "music", "noise"))
    return [
        one
        for one in FORMATS.values()
        if not one.timed or (timeline.seconds > 0 and (scenes if one.pictured else heard))
    ]

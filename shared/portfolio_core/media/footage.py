"""Whatever can be seen or heard: a picture, a sound or a clip, told apart by its content."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from portfolio_core.errors import NoPictureTrack, WrongFileType
from portfolio_core.media import audio, images, video
from portfolio_core.media._decoding import CLIPS, SOUNDS
from portfolio_core.media.audio import Sound
from portfolio_core.media.images import Pixels
from portfolio_core.settings import Limits

HEARD_TYPES = tuple(dict.fromkeys((*SOUNDS, *CLIPS)))
"""What can have a sound, in the words of an error."""
TYPES = (*images.FORMATS, *HEARD_TYPES)
"""What is read, in the words of an error."""


@dataclass(frozen=True)
class Scene:
    """What is seen for a while.

    Attributes:
        start_seconds: Where it begins.
        end_seconds: Where it ends; where it begins, for a picture.
        rgb: Its picture, shape (height, width, 3), uint8, RGB, upright.
    """

    start_seconds: float
    end_seconds: float
    rgb: Pixels


@dataclass(frozen=True)
class Footage:
    """A picture, a sound or a clip.

    Attributes:
        kind: Which of them.
        seconds: How long it lasts; 0 for a picture.
        scenes: What is seen, in order; none in a sound.
        sound: What is heard; none in a picture, and in a clip without a sound track.
        notes: Codes of what was put right.
    """

    kind: Literal["picture", "sound", "clip"]
    seconds: float
    scenes: tuple[Scene, ...] = ()
    sound: Sound | None = None
    notes: tuple[str, ...] = ()


def read(source: Path, limits: Limits) -> Footage:
    """Read a file of any of :data:`TYPES`.

    Raises:
        WrongFileType: it is none of them.
        InvalidInput: see :func:`images.read`, :func:`video.read` and :func:`audio.read`.
    """
    try:
        picture = images.read(source, limits)
    except WrongFileType:
        return _moving(source, limits)
    return Footage("picture", 0.0, (Scene(0.0, 0.0, picture.rgb),), notes=picture.notes)


def _moving(source: Path, limits: Limits) -> Footage:
    try:
        clip = video.read(source, limits)
    except (NoPictureTrack, WrongFileType):
        return _heard(source, limits)
    scenes = tuple(Scene(one.start_seconds, one.end_seconds, one.rgb) for one in clip.frames)
    return Footage("clip", clip.seconds, scenes, clip.sound, tuple(clip.notes))


def _heard(source: Path, limits: Limits) -> Footage:
    try:
        sound = audio.read(source, limits)
    except WrongFileType:
        raise WrongFileType(TYPES) from None
    return Footage("sound", sound.seconds, sound=sound)

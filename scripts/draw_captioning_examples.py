"""Draw the examples of the Space ``image-voice-captioning``: a clip, a voice and a picture.

    .venv/bin/python scripts/draw_captioning_examples.py

Needs fonts-liberation and flite, whose voice slt speaks. The same versions give the same files.
"""

from __future__ import annotations

import math
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import soundfile
from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).resolve().parent.parent / "spaces" / "image-voice-captioning" / "examples"
RATE_HZ = 16_000  # flite's own
FRAMES_A_SECOND = 12
SIZE = (640, 360)

SCENES = (("house", 5), ("sign", 4), ("night", 5))
"""What the clip shows, and for how many seconds."""
SPEECH = (
    (0.8, "Good morning. This is a little house by the lake."),
    (9.6, "The ferry leaves at seven in the evening."),
)
"""What is said in it, from which second on."""
MUSIC = (5.4, 3.0)
"""Where its music begins, and how long it lasts, in seconds."""
VOICE = ("There was a small house at the end of the road.",
         "Please remember to close the door when you leave.")  # fmt: skip

_SECONDS = sum(seconds for _, seconds in SCENES)
_LARGE = 1280, 720
_THUMBNAIL = (220, 220)
_FONT = "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf"
_CHORDS_HZ = ((262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294))
_CHORD_SECONDS = 0.75
_LOUD = 0.5


def main() -> None:
    """Draw them all, with a small picture of each."""
    (FOLDER / "small").mkdir(parents=True, exist_ok=True)
    write_clip(FOLDER / "clip.mp4")
    soundfile.write(FOLDER / "voice.flac", voice(), RATE_HZ, subtype="PCM_16")
    large = picture("house", 0.6, _LARGE)
    large.save(FOLDER / "picture.jpg", quality=88)
    small = {"clip": picture("sign", 0.5, SIZE), "voice": waves(voice()), "picture": large}
    for name, drawn in small.items():
        drawn.thumbnail(_THUMBNAIL)
        drawn.save(FOLDER / "small" / f"{name}.jpg", quality=85)


# --- sound -----------------------------------------------------------------------------------


def said(text: str) -> np.ndarray:
    """Return ``text`` in flite's voice slt, float32, full scale at +-1."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "said.wav"
        subprocess.run(["flite", "-voice", "slt", "-t", text, "-o", str(file)], check=True)
        samples, rate = soundfile.read(file, dtype="float32")
    if rate != RATE_HZ:
        raise RuntimeError(f"flite speaks at {rate} Hz now")
    return np.asarray(samples)


def music(seconds: float) -> np.ndarray:
    """Return plucked chords."""
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    chord = (time / _CHORD_SECONDS).astype(int) % len(_CHORDS_HZ)
    fading = np.exp(-3 * (time % _CHORD_SECONDS))
    whole = np.zeros_like(time)
    for number, notes in enumerate(_CHORDS_HZ):
        for hertz in notes:
            tone = sum(np.sin(2 * np.pi * k * hertz * time) / k**2 for k in (1, 2, 3))
            whole += np.where(chord == number, tone, 0)
    return (0.1 * whole * fading).astype(np.float32)


def placed(seconds: float, *parts: tuple[float, np.ndarray]) -> np.ndarray:
    """Return so many seconds of sound with each part where it begins."""
    whole = np.zeros(round(seconds * RATE_HZ), np.float32)
    for start, samples in parts:
        at = round(start * RATE_HZ)
        whole[at : at + len(samples)] += samples
    return np.clip(whole, -1, 1)


def soundtrack() -> np.ndarray:
    """Return the sound of the clip."""
    start, seconds = MUSIC
    spoken = [(at, said(text)) for at, text in SPEECH]
    return placed(_SECONDS, (start, music(seconds)), *spoken)


def voice() -> np.ndarray:
    """Return two sentences with music between them."""
    first, second = (said(text) for text in VOICE)
    after = 0.8 + len(first) / RATE_HZ + 0.8
    again = after + 3.0 + 0.8
    end = again + len(second) / RATE_HZ + 0.6
    return placed(end, (0.8, first), (after, music(3.0)), (again, second))


# --- pictures --------------------------------------------------------------------------------


def picture(name: str, share: float, size: tuple[int, int]) -> Image.Image:
    """Return a moment of a scene, ``share`` of its way through."""
    image = Image.new("RGB", (size[0] * 2, size[1] * 2))
    _DRAWN[name](ImageDraw.Draw(image), share, size[1] * 2 / 360)
    return image.resize(size, Image.Resampling.LANCZOS)


def _landscape(pen: ImageDraw.ImageDraw, scale: float, sky: str, lake: str, land: str) -> None:
    pen.rectangle((0, 0, 640 * scale, 210 * scale), sky)
    pen.ellipse((-120 * scale, 120 * scale, 330 * scale, 330 * scale), land)
    pen.ellipse((300 * scale, 150 * scale, 800 * scale, 330 * scale), land)
    pen.rectangle((0, 215 * scale, 640 * scale, 360 * scale), lake)


def _building(pen: ImageDraw.ImageDraw, scale: float, wall: str, roof: str, pane: str) -> None:
    def box(*edges: float) -> tuple[float, ...]:
        return tuple(edge * scale for edge in edges)

    pen.rectangle(box(90, 140, 220, 222), wall)
    pen.polygon(box(76, 142, 155, 86, 234, 142), roof)
    pen.rectangle(box(144, 176, 170, 222), "#5b3a29")
    pen.rectangle(box(104, 160, 130, 184), pane)
    pen.rectangle(box(184, 160, 210, 184), pane)


def _house(pen: ImageDraw.ImageDraw, share: float, scale: float) -> None:
    _landscape(pen, scale, "#a9d8f5", "#3f8fc4", "#5fa65a")
    x, y = (470 + 40 * share) * scale, (80 - 20 * share) * scale
    pen.ellipse((x - 34 * scale, y - 34 * scale, x + 34 * scale, y + 34 * scale), "#ffd84d")
    _building(pen, scale, "#f3ead7", "#b5402f", "#7fb7d9")
    _ripples(pen, share, scale, "#8cc4e6")


def _sign(pen: ImageDraw.ImageDraw, share: float, scale: float) -> None:
    pen.rectangle((0, 0, 640 * scale, 360 * scale), "#e8e2d4")
    pen.rectangle((300 * scale, 230 * scale, 340 * scale, 360 * scale), "#6b4a32")
    pen.rounded_rectangle(
        (70 * scale, 50 * scale, 570 * scale, 250 * scale), 18 * scale, "#14532d",
        "#f8fafc", round(8 * scale),
    )  # fmt: skip
    for text, top, height in (("FERRY TO THE ISLAND", 95, 38), ("EVERY DAY AT 7 PM", 165, 38)):
        face = ImageFont.truetype(_FONT, round(height * scale))
        width = pen.textlength(text, face)
        pen.text((320 * scale - width / 2, top * scale), text, "#f8fafc", face)
    x = (600 + 12 * share) * scale  # a bird
    pen.line((x - 14 * scale, 32 * scale, x, 40 * scale, x + 14 * scale, 32 * scale), "#334155", 5)


def _night(pen: ImageDraw.ImageDraw, share: float, scale: float) -> None:
    _landscape(pen, scale, "#101b3d", "#0b2a4a", "#13233f")
    for number in range(24):
        x, y = (37 * number * 17) % 640 * scale, (number * 41) % 130 * scale
        pen.ellipse((x, y, x + 2.4 * scale, y + 2.4 * scale), "#e5e7eb")
    pen.ellipse((500 * scale, 40 * scale, 556 * scale, 96 * scale), "#f4f1de")
    _building(pen, scale, "#3b4a6b", "#2a2140", "#ffd66b")
    _ripples(pen, share, scale, "#2a5580")
    x, y = (300 + 120 * share) * scale, (262 + 3 * math.sin(9 * share)) * scale
    pen.polygon(
        (x, y, x + 150 * scale, y, x + 126 * scale, y + 34 * scale, x + 24 * scale, y + 34 * scale),
        "#c8452f",
    )
    pen.rectangle((x + 40 * scale, y - 28 * scale, x + 104 * scale, y), "#f8fafc")


def _ripples(pen: ImageDraw.ImageDraw, share: float, scale: float, colour: str) -> None:
    for number in range(9):
        x = ((number * 89 + 60 * share) % 640) * scale
        y = (240 + number * 12) * scale
        pen.line((x, y, x + 46 * scale, y), colour, round(3 * scale))


_DRAWN: dict[str, Callable[[ImageDraw.ImageDraw, float, float], None]] = {
    "house": _house,
    "sign": _sign,
    "night": _night,
}


def waves(samples: np.ndarray) -> Image.Image:
    """Return a picture of a sound."""
    image = Image.new("RGB", (440, 248), "#f1f5f9")
    pen = ImageDraw.Draw(image)
    for number, part in enumerate(np.array_split(samples, 100)):
        half = max(2.0, 100 * float(np.abs(part).max()))
        x = 20 + 4 * number
        pen.line((x, 124 - half, x, 124 + half), "#0f766e", 2)
    return image


# --- the clip --------------------------------------------------------------------------------


def frames() -> Iterator[Image.Image]:
    """Yield all pictures of the clip."""
    for name, seconds in SCENES:
        count = seconds * FRAMES_A_SECOND
        for number in range(count):
            yield picture(name, number / count, SIZE)


def write_clip(path: Path) -> None:
    """Write the clip: H.264 and AAC in MP4."""
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        seen = container.add_stream("libx264", FRAMES_A_SECOND)
        seen.width, seen.height = SIZE
        seen.pix_fmt = "yuv420p"
        seen.options = {"crf": "27", "preset": "slow"}
        heard = container.add_stream("aac", RATE_HZ)
        heard.layout = "mono"
        heard.bit_rate = 48_000
        for image in frames():
            container.mux(seen.encode(av.VideoFrame.from_image(image)))
        container.mux(seen.encode())
        samples = (soundtrack() * 32_767 * _LOUD).astype(np.int16)
        block = av.AudioFrame.from_ndarray(samples[None, :], "s16", "mono")
        block.sample_rate, block.pts, block.time_base = RATE_HZ, 0, Fraction(1, RATE_HZ)
        container.mux(heard.encode(block))
        container.mux(heard.encode())


if __name__ == "__main__":
    main()

"""Pages that are rendered, so that every word on them is known: print, receipts, columns, pens.

They vary in font, size, paper, noise, blur, contrast and skew. What is tuned or calibrated is
tuned and calibrated on these, never on the data that judges.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rendered_texts as texts  # type: ignore[import-not-found]  # stands beside this file
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONTS = Path("/usr/share/fonts/truetype")
_LATIN = (
    *("dejavu/DejaVuSans.ttf", "dejavu/DejaVuSerif.ttf", "dejavu/DejaVuSansCondensed.ttf"),
    *("liberation/LiberationSans-Regular.ttf", "liberation/LiberationSerif-Regular.ttf"),
    *("liberation/LiberationSerif-Italic.ttf", "liberation/LiberationSans-Bold.ttf"),
)
_MONO = ("dejavu/DejaVuSansMono.ttf", "liberation/LiberationMono-Regular.ttf")
_HANGUL = (
    *("nanum/NanumGothic.ttf", "nanum/NanumMyeongjo.ttf", "nanum/NanumBarunGothic.ttf"),
    *("nanum/NanumSquareR.ttf", "nanum/NanumGothicBold.ttf", "nanum/NanumSquareRoundR.ttf"),
)
_PENS = ("nanum/NanumPen.ttf", "nanum/NanumBrush.ttf", "nanum/NanumBarunpenR.ttf")

Made = tuple[Image.Image, list[str]]

KINDS = ("page_en", "page_ko", "page_mixed", "receipt", "columns", "line_en", "line_ko", "pen")


@dataclass(frozen=True)
class Rendered:
    """One page and what stands on it.

    Attributes:
        name: Kind and number.
        kind: One of KINDS.
        rgb: Shape (height, width, 3), uint8.
        lines: Its lines, in the order of reading.
    """

    name: str
    kind: str
    rgb: np.ndarray
    lines: tuple[str, ...]


def pages(count: int, seed: int = 0, *, spoiled: bool = True) -> Iterator[Rendered]:
    """Yield ``count`` pages of each kind; the same for the same ``seed``."""
    for kind in KINDS:
        for number in range(count):
            rng = random.Random(f"{seed} {kind} {number}")  # noqa: S311 - no secret
            page, lines = _MAKERS[kind](rng)
            rgb = _spoil(page, rng) if spoiled and number % 4 else np.asarray(page)
            yield Rendered(f"{kind}_{number}", kind, rgb, tuple(lines))


def _font(rng: random.Random, names: tuple[str, ...], size: int) -> ImageFont.FreeTypeFont:
    there = [FONTS / name for name in names if (FONTS / name).is_file()]
    return ImageFont.truetype(str(rng.choice(there)), size)


def _column(
    draw: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont,
    sentences: list[str],
    box: tuple[int, int, int, int],
    spacing: float,
) -> list[str]:
    """Write the sentences into ``box`` as a paragraph each; return the lines."""
    left, top, right, bottom = box
    lines: list[str] = []
    step = font.size * spacing
    for sentence in sentences:
        line = ""
        for word in [*sentence.split(), ""]:
            longer = f"{line} {word}".strip()
            if word and draw.textlength(longer, font) <= right - left:
                line = longer
                continue
            if top + step > bottom:
                return lines
            draw.text((left, top), line, fill=_INK, font=font)
            lines.append(line)
            line, top = word, int(top + step)
        top = int(top + step * 0.6)
    return lines


_INK = (25, 25, 30)
_TALL = 200  # a line alone is not skewed
_OFTEN = 0.45


def _blank(rng: random.Random, width: int, height: int) -> Image.Image:
    tone = rng.randint(235, 255)
    return Image.new("RGB", (width, height), (tone, tone, max(220, tone - rng.randint(0, 12))))


def _page(rng: random.Random, fonts: tuple[str, ...], make: texts.Maker) -> Made:
    size = rng.choice((18, 20, 24, 28, 34))
    page = _blank(rng, 1240, rng.choice((800, 1200, 1700)))
    draw = ImageDraw.Draw(page)
    box = (90, 80, 1150, page.height - 80)
    said = [make(rng) for _ in range(40)]
    return page, _column(draw, _font(rng, fonts, size), said, box, rng.choice((1.3, 1.5, 1.8)))


def _columns(rng: random.Random) -> Made:
    page = _blank(rng, 1400, 1000)
    draw = ImageDraw.Draw(page)
    fonts, make = rng.choice(((_LATIN, texts.english), (_HANGUL, texts.korean)))
    font = _font(rng, fonts, rng.choice((20, 22, 26)))
    gutter = rng.choice((50, 80))
    lines = []
    for left, right in ((80, 700 - gutter // 2), (700 + gutter // 2, 1320)):
        said = [make(rng) for _ in range(20)]
        lines += _column(draw, font, said, (left, 80, right, 930), 1.4)
    return page, lines


def _receipt(rng: random.Random) -> Made:
    size = rng.choice((20, 24, 28))
    width = size * 26
    rows = texts.receipt(rng)
    page = _blank(rng, width, int(len(rows) * size * 1.5) + 120)
    draw = ImageDraw.Draw(page)
    font = _font(rng, (*_MONO, *_LATIN[:1]), size)
    for number, (left, right) in enumerate(rows):
        y = 60 + number * size * 1.5
        start = size if right else (width - draw.textlength(left, font)) / 2
        draw.text((start, y), left, fill=_INK, font=font)
        if right:
            draw.text((width - size - draw.textlength(right, font), y), right, _INK, font)
    return page, [f"{left} {right}".strip() for left, right in rows]


def _line(rng: random.Random, fonts: tuple[str, ...], make: texts.Maker) -> Made:
    size = rng.choice((24, 32, 44, 60))
    text = " ".join(make(rng).split()[: rng.randint(2, 7)])
    font = _font(rng, fonts, size)
    left, top, right, bottom = font.getbbox(text)
    margin = rng.choice((4, 8, 20))
    page = _blank(rng, int(right - left) + 2 * margin, int(bottom - top) + 2 * margin)
    ImageDraw.Draw(page).text((margin - left, margin - top), text, fill=_INK, font=font)
    return page, [text]


def _pen(rng: random.Random) -> Made:
    page = _blank(rng, 900, 420)
    draw = ImageDraw.Draw(page)
    make = rng.choice((texts.english, texts.korean))
    font = _font(rng, _PENS, rng.choice((40, 48, 56)))
    return page, _column(draw, font, [make(rng) for _ in range(4)], (50, 40, 860, 400), 1.4)


def _spoil(page: Image.Image, rng: random.Random) -> np.ndarray:
    """Return ``page`` as a scanner or a camera would: skewed, blurred, noisy, faint."""
    if page.height > _TALL and rng.random() < _OFTEN:
        angle = rng.uniform(-12, 12)
        page = page.rotate(
            angle, Image.Resampling.BICUBIC, expand=True, fillcolor=page.getpixel((2, 2))
        )
    if rng.random() < _OFTEN:
        page = page.filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 1.8)))
    pixels = np.asarray(page, np.float32)
    contrast = rng.uniform(0.35, 1.0)
    pixels = 235 - (235 - pixels) * contrast
    if rng.random() < _OFTEN:
        shade = np.linspace(rng.uniform(0.6, 1), 1, pixels.shape[1], dtype=np.float32)
        pixels = pixels * shade[None, :, None]
    grain = np.random.default_rng(rng.randrange(2**32))
    noise = grain.normal(0, rng.choice((0, 4, 12, 24, 40)), pixels.shape[:2])
    pixels = pixels + noise.astype(np.float32)[..., None]
    spoiled = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    file = io.BytesIO()
    spoiled.save(file, "JPEG", quality=rng.choice((25, 50, 80, 92)))
    return np.asarray(Image.open(file).convert("RGB"))


_MAKERS = {
    "page_en": lambda rng: _page(rng, _LATIN, texts.english),
    "page_ko": lambda rng: _page(rng, _HANGUL, texts.korean),
    "page_mixed": lambda rng: _page(rng, _HANGUL, texts.mixed),
    "receipt": _receipt,
    "columns": _columns,
    "line_en": lambda rng: _line(rng, (*_LATIN, *_MONO), texts.english),
    "line_ko": lambda rng: _line(rng, _HANGUL, texts.korean),
    "pen": _pen,
}

"""Draw the examples of the Space ``ocr``: made-up pages, set in Debian's fonts.

    .venv/bin/python scripts/draw_ocr_examples.py

Needs fonts-liberation, fonts-nanum and fonts-nanum-extra. The same fonts give the same files.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FOLDER = Path(__file__).resolve().parent.parent / "spaces" / "ocr" / "examples"
_THUMBNAIL = (220, 220)
_FONTS = Path("/usr/share/fonts/truetype")
_SERIF = _FONTS / "liberation" / "LiberationSerif-Regular.ttf"
_SERIF_BOLD = _FONTS / "liberation" / "LiberationSerif-Bold.ttf"
_MONO = _FONTS / "liberation" / "LiberationMono-Regular.ttf"
_GOTHIC = _FONTS / "nanum" / "NanumGothic.ttf"
_GOTHIC_BOLD = _FONTS / "nanum" / "NanumGothicBold.ttf"
_PEN = _FONTS / "nanum" / "NanumPen.ttf"
_TITLE_LARGER = 8  # pixels

LETTER = """Harbour Library
12 Quay Street

Dear Ms Kim,

thank you for returning the atlas so quickly. Of the
three books that you asked about, two have arrived:
“Rivers of the North” waits for you at the desk, and
“A Short History of Paper” can be fetched from Monday,
9 March, between 9:30 and 17:00.

The third one is out of print. We have asked two other
libraries for it and expect an answer within 14 days.
Your card is valid until 31 December; renewing it costs
$4.50 and takes five minutes.

With kind regards,
Eleanor Whitfield
Lending Department"""
NOTICE = """도서관 이용 안내

평일은 오전 9시부터 오후 6시까지,
토요일은 오후 1시까지 문을 엽니다.
일요일과 공휴일에는 쉽니다.

책은 한 번에 다섯 권까지 14일 동안
빌릴 수 있습니다. 다른 사람이 기다리지
않으면 한 번 더 연장할 수 있습니다.

열람실에서는 휴대전화를 꺼 주십시오.
문의: 02-123-4567, 1층 안내 데스크"""
RECEIPT = """      CAFE  MORNING
     8 Station Road
   Tel 02-555-0134
--------------------------
2026-03-14  08:42  No 1187
--------------------------
Americano      2     7.60
Milk tea       1     4.20
Almond cake    1     5.10
--------------------------
Subtotal            16.90
Tax 10%              1.69
TOTAL               18.59
Cash                20.00
Change               1.41
--------------------------
  Thank you, come again!"""
NOTE = """내일 할 일

1. 우유와 사과 사기
2. 세탁소에 코트 맡기기
3. 오후 3시 치과
4. 엄마께 전화드리기

Don't forget the keys!"""
MINUTES = (
    """Minutes of the garden club

Present: Ada, Ben, Chris, Dana
Place: the old greenhouse
Date: 2 May

1. The apple trees were cut in March.
    All twelve of them are in bud.
2. The new shed will cost $1,250. Ben
    asks a second carpenter for a price.
3. Open day is on Saturday, 20 June.""",
    """Open day, who does what

Ada      tickets and cash box
Ben      tea, coffee and cake
Chris    tour at 11:00 and 15:00
Dana     plants for sale

Rain plan: everything moves into the
greenhouse, the tour starts at noon.
Next meeting: 6 June, half past seven.""",
)


@dataclass(frozen=True)
class Sheet:
    """How a page is set; lengths in pixels, grey from 0 to 255."""

    size: tuple[int, int]
    font: Path
    height: int
    title: Path | None = None
    start: tuple[int, int] = (90, 100)
    leading: float = 1.55
    paper: int = 250
    ink: int = 30
    ruled: bool = False

    def draw(self, text: str) -> Image.Image:
        """Return the page with ``text`` on it."""
        page = Image.new("L", self.size, self.paper)
        pen = ImageDraw.Draw(page)
        (left, top), step = self.start, round(self.height * self.leading)
        for row, line in enumerate(text.split("\n")):
            if self.ruled and row:
                pen.line((60, top + step - 12, self.size[0] - 60, top + step - 12), 205, 2)
            if row or self.title is None:
                face = ImageFont.truetype(self.font, self.height)
            else:
                face = ImageFont.truetype(self.title, self.height + _TITLE_LARGER)
            pen.text((left, top), line, self.ink, face)
            top += step
        return page


def seen(page: Image.Image, noise: float, blur: float = 0.0) -> Image.Image:
    """Return ``page`` as a camera sees it: a little soft, a little grainy."""
    soft = page.filter(ImageFilter.GaussianBlur(blur)) if blur else page
    grain = np.random.default_rng(4).normal(0, noise, (page.height, page.width))
    return Image.fromarray(np.clip(np.asarray(soft) + grain, 0, 255).astype(np.uint8))


def photographed(page: Image.Image) -> Image.Image:
    """Return ``page`` lying on a table, lit from one side, three degrees from level."""
    table = Image.new("L", (page.width + 160, page.height + 160), 92)
    leaf = page.convert("LA").rotate(3, Image.Resampling.BICUBIC, expand=True)
    table.paste(leaf.getchannel("L"), (60, 50), leaf.getchannel("A"))
    light = np.linspace(1.0, 0.72, table.width)
    return Image.fromarray((np.asarray(table) * light).astype(np.uint8))


def pages() -> dict[str, Image.Image]:
    """Return the pictures by name."""
    letter = Sheet((1000, 1060), _SERIF, 32, _SERIF_BOLD).draw(LETTER)
    korean = Sheet((900, 900), _GOTHIC, 36, _GOTHIC_BOLD, leading=1.7).draw(NOTICE)
    receipt = Sheet((620, 900), _MONO, 30, start=(70, 70), paper=238, ink=60).draw(RECEIPT)
    note = Sheet((900, 820), _PEN, 62, leading=1.3, paper=244, ink=45, ruled=True).draw(NOTE)
    return {
        "letter": seen(letter, 3),
        "korean": seen(korean, 3),
        "receipt": seen(receipt, 6, 0.7),
        "note": seen(note, 3),
        "turned": seen(photographed(letter), 4, 0.6).rotate(90, expand=True),
    }


def main() -> None:
    """Write every example and its thumbnail."""
    (FOLDER / "small").mkdir(parents=True, exist_ok=True)
    drawn = pages()
    for name, page in drawn.items():
        page.save(FOLDER / f"{name}.jpg", quality=60, optimize=True)
    first, *others = (seen(Sheet((900, 800), _SERIF, 36).draw(text), 3) for text in MINUTES)
    dates: dict[str, Any] = dict.fromkeys(("creationDate", "modDate"), time.gmtime(0))
    first.save(
        FOLDER / "minutes.pdf",
        save_all=True,
        append_images=others,
        quality=55,
        resolution=150,
        **dates,
    )
    for name, page in {**drawn, "minutes": first}.items():
        page.thumbnail(_THUMBNAIL)
        page.save(FOLDER / "small" / f"{name}.jpg", quality=70)


if __name__ == "__main__":
    main()

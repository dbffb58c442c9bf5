"""Draw the examples of the Space inpainting: pictures with something to erase, and its mask.

    python3 scripts/draw_inpainting_examples.py

The pictures are those of scikit-image under CC0: a cat by Stefan van der Walt, a cup of coffee by
Rachel Michetti, a wall from CC0Textures. The scratches, the date and the heart
are drawn here.
"""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

import environment
from environment import ROOT

FOLDER = ROOT / "spaces" / "inpainting" / "examples"
SMALL = 160  # pixels of a picture to click on
PAINT = (220, 38, 38, 153)  # as the brush of the page paints
SCRATCHES = (
    ((12, 40), (140, 66), (300, 38), (446, 92)),
    ((60, 296), (122, 190), (204, 150), (252, 4)),
    ((330, 298), (352, 210), (440, 168)),
    ((4, 210), (96, 232), (190, 262)),
)
STAMP, PLACE, SIZE = "'26 11 22", (404, 348), 34


def main() -> None:
    """Write pictures, masks as a brush leaves them, small pictures and the cover."""
    environment.require_inside()
    from skimage import data  # noqa: PLC0415 - inside the environment only

    def new(size: tuple[int, int]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
        mask = Image.new("L", size)
        return mask, ImageDraw.Draw(mask)

    cat = Image.fromarray(data.chelsea())
    mask, pen = new(cat.size)
    draw = ImageDraw.Draw(cat)
    for line in SCRATCHES:
        draw.line(line, (250, 248, 240), 3, joint="curve")
        pen.line(line, 255, 7, joint="curve")
    _write("scratches", cat, mask)

    coffee = Image.fromarray(data.coffee())
    mask, pen = new(coffee.size)
    font = ImageFont.load_default(SIZE)
    ImageDraw.Draw(coffee).text(PLACE, STAMP, (255, 150, 40), font)
    pen.text(PLACE, STAMP, 255, font, stroke_width=3)
    _write("stamp", coffee, mask)

    wall = Image.fromarray(data.brick()).convert("RGB")
    mask, pen = new(wall.size)
    for canvas, colour, more in ((ImageDraw.Draw(wall), (196, 30, 58), 0), (pen, 255, 5)):
        canvas.ellipse((170 - more, 170 - more, 262 + more, 262 + more), colour)
        canvas.ellipse((246 - more, 170 - more, 338 + more, 262 + more), colour)
        canvas.polygon(((176 - more, 238), (332 + more, 238), (254, 344 + 2 * more)), colour)
    _write("wall", wall, mask)


def _write(name: str, picture: Image.Image, mask: Image.Image) -> None:

    FOLDER.mkdir(parents=True, exist_ok=True)
    picture.save(FOLDER / f"{name}.jpg", quality=90)
    layer = Image.new("RGBA", picture.size)
    layer.paste(PAINT, mask=mask.point(lambda value: 255 * (value > 0)))
    layer.save(FOLDER / f"{name}-mask.png", optimize=True)
    small = picture.copy()
    small.paste(PAINT[:3], mask=mask.point(lambda value: 150 * (value > 0)))
    small.thumbnail((SMALL, SMALL))
    small.save(FOLDER / f"{name}-small.jpg", quality=85)


if __name__ == "__main__":
    main()

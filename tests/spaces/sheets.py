"""Small pages for the tests of the Space ocr, drawn in Pillow's own font."""

import io

from PIL import Image, ImageDraw, ImageFont


def sheet(*lines, size=(900, 0)):
    """Return a white page with these lines in black, 44 pixels high."""
    page = Image.new("RGB", (size[0], size[1] or 100 + 90 * len(lines)), "white")
    pen, face = ImageDraw.Draw(page), ImageFont.load_default(44)
    for row, line in enumerate(lines):
        pen.text((60, 50 + 90 * row), line, "black", face)
    return page


def saved(page, kind="PNG", **options):
    """Return the page as a file's content."""
    file = io.BytesIO()
    page.save(file, kind, **options)
    return file.getvalue()


def document(*pages):
    """Return a PDF of pictures."""
    first, *others = pages
    return saved(first, "PDF", save_all=True, append_images=others, resolution=150)

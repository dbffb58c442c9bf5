"""hOCR 1.2: XHTML that carries the place and the confidence of each word."""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from portfolio_core.engines.ocr import Line, PageReading, Polygon, Word
from portfolio_core.engines.ocr.exports import parts

_XHTML = "http://www.w3.org/1999/xhtml"
_CAPABILITIES = "ocr_page ocr_carea ocr_par ocr_line ocrx_word"
_DOCTYPE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"'
    ' "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
)


def hocr_file(readings: Iterable[PageReading], title: str) -> bytes:
    """Return the pages as one hOCR file."""
    root = ET.Element("html", xmlns=_XHTML)
    head = ET.SubElement(root, "head")
    ET.SubElement(head, "title").text = parts.printable(title)
    ET.SubElement(head, "meta", name="ocr-system", content="spaces-portfolio")
    ET.SubElement(head, "meta", name="ocr-capabilities", content=_CAPABILITIES)
    body = ET.SubElement(root, "body")
    for number, reading in enumerate(readings, 1):
        _add_page(body, reading, number)
    ET.indent(root, " ")
    return f"{_DOCTYPE}{ET.tostring(root, 'unicode')}\n".encode()


def _add_page(body: ET.Element, reading: PageReading, number: int) -> None:
    height, width = reading.image.shape[:2]
    title = f"bbox 0 0 {width} {height}; ppageno {number - 1}"
    page = ET.SubElement(body, "div", {"class": "ocr_page", "id": f"page_{number}", "title": title})
    row = 0
    for index, block in enumerate(parts.blocks(reading), 1):
        corners = [parts.box(line.polygon) for line in block]
        left, top, right, bottom = zip(*corners, strict=True)
        around = {"title": f"bbox {min(left)} {min(top)} {max(right)} {max(bottom)}"}
        named = {"class": "ocr_carea", "id": f"block_{number}_{index}"}
        area = ET.SubElement(page, "div", named | around)
        paragraph = ET.SubElement(area, "p", {"class": "ocr_par"} | around)
        for line in block:
            row += 1
            _add_line(paragraph, line, f"{number}_{row}")


def _add_line(paragraph: ET.Element, line: Line, name: str) -> None:
    title = f"{_bbox(line.polygon)}; x_wconf {_percent(line.confidence)}"
    span = ET.SubElement(
        paragraph, "span", {"class": "ocr_line", "id": f"line_{name}", "title": title}
    )
    for index, word in enumerate(parts.words(line), 1):
        _add_word(span, word, f"word_{name}_{index}")


def _add_word(span: ET.Element, word: Word, name: str) -> None:
    title = f"{_bbox(word.polygon)}; x_wconf {_percent(word.confidence)}"
    element = ET.SubElement(span, "span", {"class": "ocrx_word", "id": name, "title": title})
    element.text = parts.printable(word.text)


def _bbox(polygon: Polygon) -> str:
    return "bbox {} {} {} {}".format(*parts.box(polygon))


def _percent(share: float) -> int:
    return round(100 * share)

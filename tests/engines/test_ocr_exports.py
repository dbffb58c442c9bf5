"""What was read, as files: each is opened again by another program's eyes."""

import io
import json
import math
import zipfile
from dataclasses import replace
from xml.etree import ElementTree as ET

import docx
import numpy as np
import pypdfium2
import pytest
from docx.enum.text import WD_COLOR_INDEX

from portfolio_core.engines.ocr import Correction, Line, PageReading, Word
from portfolio_core.engines.ocr.exports import FORMATS, check_format, data, plain, write
from portfolio_core.errors import MissingDependency, UnknownChoice

XHTML = "{http://www.w3.org/1999/xhtml}"
HOSTILE = '<script>alert(1)</script> & "quotes" \x00\x07\ud800 ]]>'


def place(left, top, right, bottom, turned=0.0):
    """Return a box as a polygon, turned clockwise about its upper left corner, in degrees."""
    cosine, sine = math.cos(math.radians(turned)), math.sin(math.radians(turned))
    corners = ((0, 0), (right - left, 0), (right - left, bottom - top), (0, bottom - top))
    return tuple((left + x * cosine - y * sine, top + x * sine + y * cosine) for x, y in corners)


def line(text, *, left=100, top=100, confidence=0.95, block=0, turned=0.0, doubts=()):
    """Return a line of words of 20 pixels a letter and 40 pixels height."""
    words, across = [], left
    for word in text.split():
        wide = 20 * len(word)
        start = place(left, top, left + (across - left), top, turned)[1]
        where = place(start[0], start[1], start[0] + wide, start[1] + 40, turned)
        other = "other" if word in doubts else ""
        words.append(Word(word, confidence, where, other, "reader-2" if other else ""))
        across += wide + 20
    whole = place(left, top, across - 20, top + 40, turned)
    return Line(text, confidence, whole, "reader-1", tuple(words), block)


def page(*lines, **more):
    return PageReading(np.full((1000, 1600, 3), 250, np.uint8), tuple(lines), **more)


LETTER = page(
    line("Dear Ms Kim, it cost $3.50."),
    line("오늘은 날씨가 좋습니다.", top=200),
    line("漢字 and αβγδ", top=300, block=1, confidence=0.4),
    correction=Correction(90, 3.2, perspective=True),
)
BLANK = page(notes=("no_text_found",))


def file(kind, *readings, title="A letter"):
    return write(check_format(kind), readings, title)


class TestEveryFormat:
    @pytest.mark.parametrize("kind", FORMATS)
    def test_many_pages_and_blank_ones_are_written(self, kind):
        assert len(file(kind, LETTER, BLANK, LETTER)) > 50

    @pytest.mark.parametrize("kind", FORMATS)
    def test_the_same_pages_give_the_same_bytes(self, kind):
        first, second = file(kind, LETTER), file(kind, LETTER)

        if kind == "docx":  # a zip notes when it was packed
            parts = [zipfile.ZipFile(io.BytesIO(content)) for content in (first, second)]
            first, second = ([z.read(name) for name in z.namelist()] for z in parts)
        assert first == second

    @pytest.mark.parametrize("kind", FORMATS)
    def test_hostile_text_breaks_none(self, kind):
        words = (Word(HOSTILE, 0.5, place(0, 0, 100, 40)),)
        hostile = page(Line(HOSTILE.replace("\ud800", ""), 0.5, place(0, 0, 100, 40), "r"))
        split = page(Line("x", 0.5, place(0, 0, 100, 40), "r", words))

        assert file(kind, hostile, title=HOSTILE.replace("\ud800", ""))
        if kind in {"hocr", "pdf", "docx"}:  # the others hand a text on as it is
            assert file(kind, split)

    def test_an_unknown_one_is_refused_with_the_list(self):
        for wrong in ("../pdf", "", None, ["pdf"]):
            with pytest.raises(UnknownChoice, match="hocr, pdf, docx"):
                check_format(wrong)


class TestText:
    def test_blocks_are_apart_and_pages_too(self):
        text = file("text", LETTER, LETTER).decode()

        assert text.startswith("Dear Ms Kim, it cost $3.50.\n오늘은 날씨가 좋습니다.\n\n漢字")
        assert text.count("\f") == 1

    def test_markdown_keeps_what_looks_like_markup_as_text(self):
        told = plain.page_markdown(
            page(*(line(text) for text in ("# 1", "- item", "12. May", "a*b*", "<b>", "[x](y)")))
        )

        assert told.split("  \n") == [
            "\\# 1",
            "\\- item",
            "12\\. May",
            "a\\*b\\*",
            "\\<b\\>",
            "\\[x\\](y)",
        ]

    def test_an_engines_own_markdown_is_left_alone(self):
        written = page(line("a b"), markdown="| a | b |\n|---|---|\n| 1 | 2 |\n")

        assert plain.markdown([written, LETTER]).startswith(written.markdown + "\n---\n\nDear")


class TestJson:
    def test_it_holds_all_but_the_picture(self):
        told = json.loads(file("json", LETTER, BLANK))

        first, second = told["pages"]
        assert (told["version"], told["title"]) == (1, "A letter")
        assert (first["number"], first["width"], first["height"]) == (1, 1600, 1000)
        assert first["correction"] == {
            "turned_degrees": 90,
            "skew_degrees": 3.2,
            "perspective": True,
        }
        assert first["lines"][0]["words"][1]["text"] == "Ms"
        assert first["lines"][0]["polygon"][0] == [100.0, 100.0]
        assert [word["doubtful"] for word in first["lines"][2]["words"]] == [True] * 3
        assert second["notes"] == ["no_text_found"]
        assert second["lines"] == []

    def test_a_second_reading_makes_a_word_doubtful(self):
        told = data.page(page(line("pay 17 now", doubts=("17",))))["lines"][0]["words"]

        assert [word["doubtful"] for word in told] == [False, True, False]
        assert (told[1]["other"], told[1]["other_reader"]) == ("other", "reader-2")


class TestHocr:
    def test_it_is_xhtml_with_places_and_confidence(self):
        root = ET.fromstring(file("hocr", LETTER, BLANK))

        found = {kind: root.findall(f".//*[@class='{kind}']") for kind in _CLASSES}
        assert {kind: len(each) for kind, each in found.items()} == dict(
            zip(_CLASSES, (2, 2, 2, 3, 12), strict=True)
        )
        assert found["ocr_page"][0].get("title") == "bbox 0 0 1600 1000; ppageno 0"
        assert found["ocr_line"][1].get("title").endswith("x_wconf 95")
        words = [word.text for word in found["ocrx_word"]]
        assert " ".join(words[:6]) == LETTER.lines[0].text
        ids = [element.get("id") for element in root.iter() if element.get("id")]
        assert len(ids) == len(set(ids))

    def test_markup_in_a_text_stays_text(self):
        root = ET.fromstring(file("hocr", page(line("<script>x</script>"))))

        assert not root.findall(f".//{XHTML}script")
        assert root.find(".//*[@class='ocrx_word']").text == "<script>x</script>"


_CLASSES = ("ocr_page", "ocr_carea", "ocr_par", "ocr_line", "ocrx_word")


class TestPdf:
    def text_page(self, *readings, number=0):
        return pypdfium2.PdfDocument(file("pdf", *readings))[number]

    def test_every_language_is_found_again(self):
        text = self.text_page(LETTER).get_textpage()

        told = text.get_text_bounded()
        for each in LETTER.lines:
            assert each.text in told
        for word in ("Kim", "날씨가", "漢字", "αβγδ"):
            assert text.search(word).get_next(), word

    def test_there_is_a_page_for_each(self):
        document = pypdfium2.PdfDocument(file("pdf", LETTER, BLANK, LETTER))

        texts = [page.get_textpage().get_text_bounded() for page in document]
        assert ["Kim" in text for text in texts] == [True, False, True]

    @pytest.mark.parametrize("turned", [0.0, 8.0, -8.0])
    def test_the_text_lies_over_its_words(self, turned):
        lines = [
            line(each.text, left=300, top=400 + 100 * i, turned=turned)
            for i, each in enumerate(LETTER.lines)
        ]
        reading = page(*lines)
        sheet = self.text_page(reading)
        text, scale, height = sheet.get_textpage(), 72 / 200, sheet.get_height()

        for word in (word for each in lines for word in each.words):
            start, count = text.search(word.text).get_next()
            boxes = [text.get_charbox(i, loose=True) for i in range(start, start + count)]
            left, bottom, right, top = (
                pick(side) / scale
                for pick, side in zip((min, min, max, max), zip(*boxes, strict=True), strict=True)
            )
            across, down = zip(*word.polygon, strict=True)
            assert left == pytest.approx(min(across), abs=12), word.text
            assert right == pytest.approx(max(across), abs=12), word.text
            middle = (min(down) + max(down)) / 2
            assert height / scale - (top + bottom) / 2 == pytest.approx(middle, abs=15), word.text

    def test_the_picture_is_shown_and_the_text_is_not(self):
        picture = self.text_page(LETTER).render(scale=200 / 72).to_numpy()

        assert picture.shape[:2] == (1000, 1600)
        assert (picture > 240).all()

    @pytest.mark.parametrize("overlap", [0, 6, 20])
    def test_words_that_touch_or_overlap_stay_apart_in_the_text(self, overlap):
        words = tuple(
            Word(text, 0.9, place(100 + at * (80 - overlap), 100, 180 + at * (80 - overlap), 140))
            for at, text in enumerate(("warm", "coat", "오늘", "gone"))
        )
        read = Line("warm coat 오늘 gone", 0.9, place(100, 100, 420, 140), "r", words)

        assert self.text_page(page(read)).get_textpage().get_text_bounded() == read.text

    def test_a_rare_accent_is_found_without_it(self):
        text = self.text_page(page(line("Erdős ελληνικά"))).get_textpage().get_text_bounded()

        assert text == "Erdos ελληνικα"

    def test_what_no_font_has_does_no_harm(self):
        text = self.text_page(page(line("ok 😀 देवनागरी fine"))).get_textpage().get_text_bounded()

        assert "ok" in text
        assert "fine" in text


class TestDocx:
    def open(self, *readings):
        return docx.Document(io.BytesIO(file("docx", *readings)))

    def test_a_block_is_a_paragraph_and_a_page_has_a_break(self):
        document = self.open(LETTER, LETTER)

        texts = [paragraph.text for paragraph in document.paragraphs]
        assert texts[0] == f"{LETTER.lines[0].text}\n{LETTER.lines[1].text}"
        assert texts[1] == LETTER.lines[2].text
        assert len(texts) == 5  # two, the break, two
        assert document.core_properties.title == "A letter"

    def test_doubtful_words_are_highlighted(self):
        runs = self.open(page(line("pay 17 now", doubts=("17",)))).paragraphs[0].runs

        marked = [run.text for run in runs if run.font.highlight_color == WD_COLOR_INDEX.YELLOW]
        assert marked == ["17"]

    def test_they_are_highlighted_in_an_engines_own_markdown_too(self):
        read = page(
            line("a b", doubts=("a",)), line("a b"), markdown="| a | b |\n|---|---|\n| a | b |"
        )
        (table,) = self.open(read).tables

        runs = [run for row in table.rows for cell in row.cells for run in cell.paragraphs[0].runs]
        marked = [run.font.highlight_color == WD_COLOR_INDEX.YELLOW for run in runs]
        assert marked == [True, False, False, False]

    def test_headings_and_tables_of_a_document_model_are_kept(self):
        source = (
            "## Bill\nTo Kim\nSeoul\n\n| Item | Price |\n|---|---:|\n| Tea \\| milk | 3 |\n\nEnd"
        )
        document = self.open(replace(BLANK, markdown=source))

        (table,) = document.tables
        assert [[cell.text for cell in row.cells] for row in table.rows] == [
            ["Item", "Price"],
            ["Tea | milk", "3"],
        ]
        assert [(p.style.name, p.text) for p in document.paragraphs] == [
            ("Heading 2", "Bill"),
            ("Normal", "To Kim\nSeoul"),
            ("Normal", "End"),
        ]


@pytest.mark.parametrize(("kind", "package"), [("pdf", "reportlab"), ("docx", "python-docx")])
def test_a_missing_library_is_named_with_its_command(kind, package, monkeypatch):
    import sys

    name = {"python-docx": "docx"}.get(package, package)
    for module in [name, *(m for m in sys.modules if m.startswith(f"{name}."))]:
        monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(MissingDependency, match=f"pip install {package}"):
        file(kind, LETTER)

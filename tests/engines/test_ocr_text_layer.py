"""The text of a PDF: taken as it is where it is all that a page shows, and read otherwise."""

import io

import numpy as np
import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas
from tests.media import corpus_documents as corpus

from portfolio_core.engines.ocr import Progress, text_layer
from portfolio_core.engines.ocr.call import Call, ReadPage, Upload
from portfolio_core.media import documents, images
from portfolio_core.media.documents import PlacedWord
from portfolio_core.settings import Limits, Settings
from portfolio_core.workload import EngineSpec, Workload


class Asked(Exception):
    """The engine was asked for a page."""


class Engine:
    """Must not be asked."""

    revision = "1"

    def steps(self, _image, _language, _check):
        raise Asked
        yield Progress("upright")


def drawn(draw, size=(400, 300)):
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=size)
    canvas.setFont("Helvetica", 12)
    draw(canvas)
    canvas.save()
    return file.getvalue()


@pytest.fixture
def read(tmp_path):
    """Return a function that reads a PDF."""

    def reading(content):
        path = tmp_path / "a.pdf"
        path.write_bytes(content)
        call = Call([Upload(path, "a.pdf")], "auto", Limits())
        spec = EngineSpec("engine", Engine, 1)
        steps = call.steps(Workload(Settings()), spec, lambda _: iter(()))
        assert all(isinstance(step, ReadPage) for step in steps)
        return call

    return reading


@pytest.mark.parametrize("text", ["Hello brave world", "한국어 문서"])
def test_a_page_of_text_is_taken_as_it_is_without_an_engine(read, text):
    call = read(corpus.pdf([text]))

    (page,) = call.pages
    (line,) = page.reading.lines
    assert page.reading.text == line.text == " ".join(word.text for word in line.words) == text
    assert {line.confidence, *(word.confidence for word in line.words)} == {1.0}
    assert page.reading.notes == ("text_layer",)
    assert call.readers() == ["text-layer"]
    assert call.revision.startswith("pypdfium2 ")


def test_words_lie_where_the_picture_shows_them(read):
    (page,) = read(corpus.pdf(["Hello brave world"])).pages
    ink = images.read(page.jpeg, Limits()).rgb.min(axis=2) < 128
    outside = ink.copy()
    for word in page.reading.lines[0].words:
        (left, top), _, (right, bottom), _ = np.round(word.polygon).astype(int)
        assert ink[top:bottom, left:right].mean() > 0.05, word.text
        outside[top - 1 : bottom + 2, left - 1 : right + 2] = False

    assert not outside.any()


def test_cells_of_a_row_and_rows_are_lines_and_a_hyphen_stays(read):
    def draw(canvas):
        canvas.drawString(50, 250, "Milk tea - warm")
        canvas.drawString(300, 250, "4.20")
        canvas.drawString(50, 230, "a some-")
        canvas.drawString(50, 215, "what longer word")

    (page,) = read(drawn(draw)).pages

    said = [line.text for line in page.reading.lines]
    assert said == ["Milk tea - warm", "4.20", "a some-", "what longer word"]


def test_a_page_that_a_viewer_turns_is_text_all_the_same(read):
    (page,) = read(corpus.turned_pdf(90)).pages

    assert page.reading.text == "Ink"


def noted(canvas):
    canvas.drawString(50, 250, "Name:")
    canvas.acroForm.textfield(value="Ann", x=100, y=240, width=100, height=20)


def sideways(canvas):
    canvas.rotate(90)
    canvas.drawString(50, -100, "Hello brave world")


def beyond(canvas):
    canvas.drawString(500, 250, "Hello")


@pytest.mark.parametrize(
    "content",
    [
        corpus.pdf(["Hello"], picture=Image.new("RGB", (10, 10))),
        drawn(noted),
        drawn(sideways),
        drawn(beyond),
        drawn(lambda canvas: canvas.rect(50, 50, 100, 100)),
    ],
)
def test_other_pages_are_read_from_their_picture(read, content):
    with pytest.raises(Asked):
        read(content)


@pytest.mark.parametrize("text", ["\ue001\ue002", "ab\ufffdc"])
def test_glyphs_without_a_meaning_are_no_text(text):
    page = np.full((100, 100, 3), 255, np.uint8)

    assert text_layer.reading(page, [PlacedWord("abc", 0.1, 0.1, 0.5, 0.2)])
    assert text_layer.reading(page, [PlacedWord(text, 0.1, 0.1, 0.5, 0.2)]) is None


def test_links_are_no_notes(read):
    def draw(canvas):
        canvas.drawString(50, 250, "Hello")
        canvas.linkURL("https://example.org", (50, 240, 100, 260))

    assert read(drawn(draw)).pages[0].reading.text == "Hello"


def test_each_page_has_its_layer(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(corpus.pdf(["One", "Two words"]))

    layers = documents.text_layers(path, Limits())

    assert [[word.text for word in words] for words in layers] == [["One"], ["Two", "words"]]

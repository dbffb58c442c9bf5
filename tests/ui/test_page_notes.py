"""What a visitor is told of a page that was read."""

import tomllib

import numpy as np
import pytest
from tests.conftest import ROOT

from portfolio_core.engines.ocr import Correction, Line, PageReading, Progress, Word
from portfolio_core.engines.ocr.call import News
from portfolio_core.ui import page_notes
from portfolio_core.ui.i18n import Words

TABLES = tomllib.loads((ROOT / "spaces" / "ocr" / "words.toml").read_text("utf-8"))
WORDS = Words(TABLES["en"], TABLES["ko"])
PLACE = ((0, 0), (9, 0), (9, 9), (0, 9))


def page(*readers, doubtful=0, **more):
    lines = [Line("a", 0.9, PLACE, reader, (Word("a", 0.9, PLACE),)) for reader in readers]
    unsure = Word("b", 0.5, PLACE)
    lines += [Line("b", 0.5, PLACE, reader, (unsure,)) for reader in readers[:doubtful]]
    return PageReading(np.zeros((9, 9, 3), np.uint8), tuple(lines), **more)


def told(reading, locale="en"):
    return page_notes.notes(reading, WORDS, locale, page_notes.READERS)


def test_what_was_put_right_is_said_in_both_languages():
    turned = page("pp-ocr", correction=Correction(90, -3.21, perspective=True))

    assert told(turned)[0] == ("Put right: turned right by 90°, straightened by 3.2°, flattened.")
    assert (
        told(turned, "ko")[0] == "바로잡음: 오른쪽으로 90° 돌림, 기울기 3.2° 바로잡음, 원근을 폄."
    )
    assert len(told(page("pp-ocr", correction=Correction(0, 0.01)))) == 1


def test_who_read_which_part_is_said():
    assert told(page("pp-ocr", "pp-ocr")) == ["2 lines, read by PP-OCR."]
    (both,) = told(page("tesseract", "pp-ocr", "tesseract", doubtful=1))
    assert both == (
        "4 lines: 3 read by Tesseract, 1 read by PP-OCR. "
        "Doubtful words: 1; compare them with the picture."
    )
    assert told(page("stranger"))[0].endswith("stranger.")


@pytest.mark.parametrize("locale", ["en", "ko"])
@pytest.mark.parametrize(
    "code",
    [
        "language_data_missing",
        "repeated_itself",
        "stopped_at_limit",
        "partly_read_twice",
        "turned_by_camera",
        "first_frame",
    ],
)
def test_every_note_has_words(code, locale):
    (sentence,) = told(page(notes=(code, code)), locale)

    assert "{" not in sentence
    assert len(sentence) > 15


def test_a_blank_page_is_told_by_the_viewer_alone():
    assert told(page(notes=("no_text_found",))) == []


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (Progress("upright"), "Putting the page upright"),
        (Progress("lines"), "Looking for lines"),
        (Progress("lines", 3, 9), "Line 4 of 9"),
        (Progress("reading", 9, 9), "Line 9 of 9"),
        (Progress("second_reading", 0, 2), "Second reading, line 1 of 2"),
        (Progress("second_reading", 40, text="So"), "Writing, word 40 or so"),
    ],
)
def test_progress_is_told_by_line_and_page(step, sentence):
    assert page_notes.progress(News(1, 1, step), WORDS, "en") == sentence
    assert page_notes.progress(News(2, 5, step), WORDS, "en") == f"Page 2 of 5 · {sentence}"
    assert "{" not in page_notes.progress(News(2, 5, step), WORDS, "ko")

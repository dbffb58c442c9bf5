"""The parts of the embedded engine that need no model: geometry, order, fusion, confidence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio_core.engines.ocr import Line, PageReading, Word
from portfolio_core.engines.ocr import geometry as geo
from portfolio_core.engines.ocr.calibration import confidence, evidence
from portfolio_core.engines.ocr.calibration_table import CURVES
from portfolio_core.engines.ocr.fusion import fuse
from portfolio_core.engines.ocr.layout import arrange
from portfolio_core.engines.ocr.letters import Letter, text_of, words_of
from portfolio_core.engines.ocr.lines import Found, may_be_korean
from portfolio_core.engines.ocr.markdown import markdown
from portfolio_core.engines.ocr.tesseract import Tesseract


def box(left, top, width, height=20):
    right, bottom = left + width, top + height
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)


def spread(text, start=0.0, end=1.0, score=0.95):
    """Lay the letters of a text side by side; a space takes room, too."""
    step = (end - start) / len(text)
    return tuple(
        Letter(sign, score, start + i * step, start + (i + 1) * step, i > 0 and text[i - 1] == " ")
        for i, sign in enumerate(text)
        if sign != " "
    )


class TestGeometry:
    """Boxes, turns and skew."""

    @given(
        st.floats(-44, 44),
        st.sampled_from([(300, 20), (40, 30), (20, 300)]),
        st.permutations(range(4)),
    )
    def test_corners_are_put_in_order_whatever_comes_first(self, degrees, size, order):
        angle = np.radians(degrees)
        turn = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
        level = box(-size[0] / 2, -size[1] / 2, *size)
        turned = (level @ turn).astype(np.float32)

        assert np.allclose(geo.ordered(turned[list(order)]), turned, atol=1e-3)

    def test_a_line_that_runs_down_the_page_stands(self):
        assert geo.stands(box(0, 0, 20, 300))
        assert not geo.stands(box(0, 0, 300, 20))
        assert not geo.stands(box(0, 0, 20, 20))

    def test_skew_is_that_of_the_long_lines(self):
        slanted = np.array([(0, 0), (400, 28), (398.6, 48), (-1.4, 20)], np.float32)

        assert geo.skew([slanted, slanted, box(0, 100, 60, 20)]) == pytest.approx(4, abs=0.1)

    def test_short_boxes_say_nothing_of_skew(self):
        assert geo.skew([box(0, 0, 30, 20)]) == 0.0

    def test_four_quarter_turns_are_none(self):
        page = np.random.default_rng(0).integers(0, 255, (30, 50, 3), np.uint8)
        turned = page
        for _ in range(4):
            turned = geo.turn(turned, 90)

        assert np.array_equal(turned, page)
        assert np.array_equal(geo.turn(page, 90)[0, -1], page[0, 0])  # clockwise

    def test_a_levelled_page_loses_no_corner(self):
        page = np.full((200, 300, 3), 255, np.uint8)
        page[:8, :8] = page[-8:, -8:] = 0
        levelled = geo.level(page, 10)

        for corner in levelled.move(box(2, 2, 4, 4)), levelled.move(box(294, 194, 4, 4)):
            x, y = corner.mean(axis=0).astype(int)
            assert levelled.image[y, x].max() < 60

    def test_a_crop_beyond_the_edge_repeats_the_edge(self):
        page = np.full((40, 40, 3), 200, np.uint8)

        assert geo.crop(page, box(-5, -5, 60, 60)).min() == 200


class TestOrder:
    """Rows, columns and blocks."""

    def order(self, boxes):
        return [place.index for block in arrange(boxes) for row in block for place in row]

    def test_rows_of_a_receipt_are_read_across(self):
        boxes = [box(500, 100 + 40 * i, 70) for i in range(5)]
        boxes += [box(20, 102 + 40 * i, 200) for i in range(5)]

        assert self.order(boxes) == [5, 0, 6, 1, 7, 2, 8, 3, 9, 4]

    def test_columns_of_prose_are_read_one_after_the_other(self):
        right = [box(500, 100 + 30 * i, 400) for i in range(5)]
        left = [box(20, 100 + 30 * i, 400) for i in range(5)]

        assert self.order(right + left) == [5, 6, 7, 8, 9, 0, 1, 2, 3, 4]

    def test_a_title_across_columns_comes_first_and_a_foot_last(self):
        columns = [box(x, 100 + 30 * i, 400) for x in (500, 20) for i in range(4)]
        boxes = [box(20, 400, 880), *columns, box(20, 20, 880)]

        assert self.order(boxes) == [9, 5, 6, 7, 8, 1, 2, 3, 4, 0]

    def test_a_wide_gap_begins_a_block(self):
        boxes = [box(20, y, 400) for y in (0, 30, 60, 130, 160)]

        assert [len(block) for block in arrange(boxes)] == [3, 2]

    @given(
        st.lists(
            st.tuples(
                st.integers(0, 900), st.integers(0, 900), st.integers(1, 900), st.integers(1, 90)
            ),
            max_size=40,
        )
    )
    def test_every_box_is_read_once(self, places):
        boxes = [box(*place) for place in places]

        assert sorted(self.order(boxes)) == list(range(len(boxes)))


class TestMarkdown:
    """Paragraphs, headings and tables."""

    def of(self, boxes, texts):
        return markdown(arrange(boxes), texts)

    def test_lines_of_a_paragraph_run_on(self):
        boxes = [box(0, 0, 400), box(0, 30, 390), box(0, 60, 150)]

        assert self.of(boxes, ["one", "two", "three"]) == "one two three"

    def test_short_lines_stay_lines(self):
        boxes = [box(0, 0, 100), box(0, 30, 400), box(0, 60, 90)]

        assert self.of(boxes, ["one", "two", "three"]) == "one  \ntwo  \nthree"

    def test_a_clearly_larger_line_is_a_heading(self):
        boxes = [box(0, 0, 300, 44), *(box(0, 120 + 30 * i, 400) for i in range(3))]

        assert self.of(boxes, ["Title", "a", "b", "c"]).startswith("# Title\n\n")

    def test_cells_in_line_are_a_table(self):
        boxes = [box(x, 30 * y, 60) for y in range(3) for x in (0, 200, 400)]
        texts = [f"{y}|{x}" for y in range(3) for x in range(3)]

        first, rule, *_ = self.of(boxes, texts).splitlines()
        assert first == "| 0\\|0 | 0\\|1 | 0\\|2 |"
        assert rule == "| --- | --- | --- |"

    def test_what_looks_like_markdown_is_kept_as_text(self):
        assert self.of([box(0, 0, 100)], ["# 4711"]) == "\\# 4711"
        assert self.of([box(0, 0, 100)], ["1. *Tea* <b>"]) == "1\\. \\*Tea\\* \\<b\\>"


class TestFusion:
    """One line from two readers."""

    def test_a_latin_word_that_both_see_replaces_signs(self):
        korean, both = spread("이 프로그램은 04100 3.12"), spread("이 HEWES Python 3.12")
        both = (*spread("이 HEWE", 0, 0.5), *spread("Python 3.12", 0.5, 1))
        both = tuple(
            Letter(x.text, x.score, x.start, x.end, x.spaced or x.text == "P") for x in both
        )
        first = spread("Pyh", 0.5, 0.7)

        assert "Python" in text_of(fuse(korean, both, first))
        assert "프로그램은" in text_of(fuse(korean, both, first))

    def test_latin_that_the_first_reader_does_not_see_is_not_believed(self):
        korean = spread("작은 박물관은")

        assert fuse(korean, spread("AFS HESS-S"), ()) == korean

    def test_a_word_that_goes_over_into_hangul_keeps_its_ending(self):
        korean, both = spread("20007으로"), spread("ZoomQqe")
        fused = text_of(fuse(korean, both, spread("Zoom", 0, 4 / 7)))

        assert fused.startswith("Zoom")
        assert fused.endswith("으로")


class TestDoubt:
    """Which lines may be Korean."""

    def test_a_gap_between_letters_is_doubted(self):
        whole, gap = spread("help@example.com"), (*spread("help", 0, 0.3), *spread("0134", 0.7, 1))

        assert not may_be_korean(Found(box(0, 0, 9), whole))
        assert may_be_korean(Found(box(0, 0, 9), gap))

    def test_nothing_and_ideographs_are_doubted(self):
        assert may_be_korean(Found(box(0, 0, 9), ()))
        assert may_be_korean(Found(box(0, 0, 9), spread("丕号")))


class TestConfidence:
    """Curves that never fall."""

    @pytest.mark.parametrize("key", CURVES)
    def test_curves_rise_within_bounds(self, key):
        scores, shares = CURVES[key]

        assert list(scores) == sorted(scores)
        assert list(shares) == sorted(shares)
        assert shares[0] < 0.5 < shares[-1] < 1

    def test_every_reader_has_its_curves(self):
        assert set(CURVES) == {(r, u) for r in ("pp-ocr", "tesseract") for u in ("line", "word")}

    def test_one_bad_letter_lowers_the_confidence_of_its_word(self):
        good = spread("Monday", score=0.99)
        bad = (*good[:5], Letter("y", 0.3, 0.9, 1.0))

        assert evidence(bad) < evidence(good)
        assert confidence("pp-ocr", "word", bad) < confidence("pp-ocr", "word", good)

    def test_nothing_read_is_known_to_be_nothing(self):
        assert evidence(()) == 0.0


def test_words_are_cut_at_spaces():
    words = ["".join(x.text for x in word) for word in words_of(spread("a bc d"))]

    assert words == ["a", "bc", "d"]


def test_without_language_data_there_is_no_tesseract(tmp_path):
    assert Tesseract.find((tmp_path,)) is None
    for name in ("kor", "eng"):
        (tmp_path / f"{name}.traineddata").touch()
    assert Tesseract.find((tmp_path,)) is None  # which way is up is missing still


class TestSureText:
    """What is told of a page where no doubt can be marked."""

    PLACE = ((0, 0), (9, 0), (9, 9), (0, 9))

    def told(self, *lines):
        return PageReading(np.zeros((9, 9, 3), np.uint8), lines).sure_text

    def line(self, text, *confidences):
        words = zip(text.split(), confidences, strict=True)
        return Line(text, 0.9, self.PLACE, "first", tuple(Word(*one, self.PLACE) for one in words))

    def test_doubtful_words_are_left_out_and_so_is_a_line_of_them(self):
        lines = self.line("OPEN umtil mi PM", 0.9, 0.4, 0.3, 0.9), self.line("Dieaeay", 0.3)

        assert self.told(*lines) == "OPEN … PM"

    def test_what_another_reader_read_otherwise_is_doubtful(self):
        words = Word("STOP", 0.9, self.PLACE, "SHOP", "second"), Word("here", 0.9, self.PLACE)

        assert self.told(Line("STOP here", 0.9, self.PLACE, "first", words)) == "… here"

    def test_a_single_letter_is_no_text_but_may_be_a_part_of_one(self):
        assert not self.told(self.line("8", 0.9))
        assert self.told(self.line("8", 0.9), self.line("AM", 0.9)) == "8\nAM"

    def test_a_line_without_words_counts_as_one(self):
        sure, doubtful = (Line("Seven", confidence, self.PLACE, "vlm") for confidence in (0.8, 0.5))

        assert self.told(sure, doubtful) == "Seven"

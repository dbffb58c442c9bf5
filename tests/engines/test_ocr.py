"""The embedded engine on rendered pages: what it reads, puts right, refuses and admits."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from rapidfuzz.distance import Levenshtein

from portfolio_core import catalog, hardware
from portfolio_core.engines import ocr
from portfolio_core.engines.ocr import PageReading, Progress
from portfolio_core.engines.ocr.combined import UNREADABLE, PpOcrTesseract
from portfolio_core.engines.ocr.geometry import turn
from portfolio_core.engines.ocr.tesseract import FOLDERS
from portfolio_core.settings import Settings

FONTS = Path("/usr/share/fonts/truetype")
LATIN, HANGUL = "dejavu/DejaVuSans.ttf", "nanum/NanumGothic.ttf"
ENGLISH = (
    "The quick brown fox jumps over the lazy dog.",
    "Please send the signed copy by registered post.",
    "Invoice 4711 is due on 12 May 2024: $1,250.00",
    "Nobody in the room could hear the bell.",
)
KOREAN = (
    "우리 동네 도서관은 아침 일찍 문을 열고",
    "저녁 여섯 시에 집으로 돌아왔다.",
    "자세한 내용은 홈페이지에서 확인할 수 있다.",
)
needs_korean = pytest.mark.skipif(
    not any((folder / "kor.traineddata").is_file() for folder in FOLDERS),
    reason="Tesseract's data are missing: apt-get install tesseract-ocr-kor tesseract-ocr-osd",
)


@cache
def engine():
    return PpOcrTesseract.load(None, hardware.detect(Settings()))


def drawn(lines, name=LATIN, size=30, width=1000, left=60):
    page = Image.new("RGB", (width, 120 + len(lines) * size * 2), (250, 250, 248))
    font = ImageFont.truetype(str(FONTS / name), size)
    for number, line in enumerate(lines):
        ImageDraw.Draw(page).text((left, 60 + number * size * 2), line, (20, 20, 30), font)
    return page


def error_rate(reading, lines):
    truth = " ".join(" ".join(lines).split())
    return Levenshtein.distance(truth, " ".join(reading.text.split())) / len(truth)


class TestReading:
    """What stands on a page."""

    def test_english_print_is_read_to_the_letter(self):
        reading = engine().read(np.asarray(drawn(ENGLISH)))

        assert [line.text for line in reading.lines] == list(ENGLISH)
        assert {line.reader for line in reading.lines} == {"pp-ocr"}
        assert min(line.confidence for line in reading.lines) > 0.8
        assert reading.notes == ()

    @needs_korean
    def test_korean_print_is_read_by_tesseract(self):
        reading = engine().read(np.asarray(drawn(KOREAN, HANGUL)))

        assert error_rate(reading, KOREAN) < 0.05
        assert {line.reader for line in reading.lines} == {"tesseract"}

    @needs_korean
    def test_both_scripts_on_a_page_are_read_each_by_its_reader(self):
        lines = (*ENGLISH[:2], *KOREAN[:2])
        reading = engine().read(np.asarray(drawn(lines, HANGUL)))

        assert error_rate(reading, lines) < 0.05
        assert [line.reader for line in reading.lines] == ["pp-ocr"] * 2 + ["tesseract"] * 2

    @needs_korean
    def test_a_latin_word_in_a_korean_line_is_read(self):
        lines = ("이 프로그램은 Python 3.12 이상에서 실행됩니다.",)
        reading = engine().read(np.asarray(drawn(lines, HANGUL)))

        assert "Python" in reading.text
        assert "프로그램" in reading.text

    def test_a_page_said_to_be_english_is_not_asked_for_hangul(self):
        reading = engine().read(np.asarray(drawn(KOREAN, HANGUL)), "en")

        assert not any("가" <= letter <= "힣" for letter in reading.text)

    def test_words_lie_in_order_on_their_line(self):
        line = engine().read(np.asarray(drawn(ENGLISH[:1]))).lines[0]

        assert [word.text for word in line.words] == ENGLISH[0].split()
        edges = [x for word in line.words for x in (word.polygon[0][0], word.polygon[1][0])]
        assert edges == sorted(edges)
        assert all(0 <= word.confidence <= 1 for word in line.words)

    def test_words_lie_where_they_were_drawn(self):
        page = drawn(("first", "second"), width=600)
        words = [line.words[0] for line in engine().read(np.asarray(page)).lines]

        for number, word in enumerate(words):
            xs, ys = zip(*word.polygon, strict=True)
            assert min(xs) == pytest.approx(60, abs=12)
            assert min(ys) < 60 + number * 60 + 18 < max(ys)

    def test_faint_and_noisy_print_is_read(self):
        pixels = np.asarray(drawn(ENGLISH), np.float32)
        grain = np.random.default_rng(1).normal(0, 25, pixels.shape)
        faint = np.clip(240 - (240 - pixels) * 0.6 + grain, 0, 255).astype(np.uint8)

        assert error_rate(engine().read(faint), ENGLISH) < 0.02

    def test_the_same_page_is_read_the_same_again(self):
        page = np.asarray(drawn(ENGLISH))

        assert engine().read(page).lines == engine().read(page).lines


class TestPuttingRight:
    """Turned, skewed and photographed pages."""

    @pytest.mark.parametrize("degrees", [90, 180, 270])
    def test_a_turned_page_is_read_as_if_it_was_upright(self, degrees):
        page = np.asarray(drawn(ENGLISH))
        reading = engine().read(turn(page, degrees))

        assert reading.text == engine().read(page).text
        assert reading.correction.turned_degrees == 360 - degrees
        assert np.array_equal(reading.image, page)

    @needs_korean
    @pytest.mark.parametrize("degrees", [90, 180, 270])
    def test_a_turned_korean_line_is_read_as_if_it_was_upright(self, degrees):
        page = np.asarray(drawn(KOREAN[:1], HANGUL))

        assert error_rate(engine().read(turn(page, degrees)), KOREAN[:1]) < 0.05

    def test_a_single_word_is_not_turned(self):
        page = drawn(("Monday",), size=40, width=200, left=10).crop((0, 40, 200, 130))
        reading = engine().read(np.asarray(page))

        assert reading.correction.turned_degrees == 0
        assert reading.text == "Monday"

    @pytest.mark.parametrize("degrees", [-15, -4, 7, 15])
    def test_skewed_lines_are_levelled_and_said_to_be(self, degrees):
        page = drawn(ENGLISH).rotate(-degrees, expand=True, fillcolor=(250, 250, 248))
        reading = engine().read(np.asarray(page))

        assert error_rate(reading, ENGLISH) < 0.02
        assert reading.correction.skew_degrees == pytest.approx(-degrees, abs=0.7)

    def test_polygons_of_a_skewed_page_lie_level_on_the_page_returned(self):
        page = drawn(ENGLISH).rotate(8, expand=True, fillcolor=(250, 250, 248))
        reading = engine().read(np.asarray(page))
        height, width = reading.image.shape[:2]

        for line in reading.lines:
            (_, top), (_, other), _, _ = line.polygon
            assert abs(top - other) < 8
            assert all(0 <= x <= width and 0 <= y <= height for x, y in line.polygon)
            xs, ys = zip(*line.polygon, strict=True)
            inked = reading.image[int(min(ys)) : int(max(ys)), int(min(xs)) : int(max(xs))]
            assert inked.min() < 90

    def test_a_page_photographed_at_an_angle_is_flattened(self):
        reading = engine().read(photographed(drawn(ENGLISH)))

        assert reading.correction.perspective
        assert error_rate(reading, ENGLISH) < 0.03
        assert np.median(reading.image[:20]) > 200  # the table is gone

    def test_a_scan_is_not_flattened(self):
        assert not engine().read(np.asarray(drawn(ENGLISH))).correction.perspective

    def test_a_photo_of_a_sign_is_not_flattened_to_the_sign_alone(self):
        scene = Image.fromarray(photographed(drawn(ENGLISH[:2])))
        font = ImageFont.truetype(str(FONTS / LATIN), 40)
        ImageDraw.Draw(scene).text((40, 8), "EXIT EXIT EXIT", (240, 240, 240), font)

        assert not engine().read(np.asarray(scene)).correction.perspective


def photographed(page):
    """Lay a page on a dark table and look at it from its lower left."""
    width, height = page.size
    scene = (width + 200, height + 200)
    corners = [(170, 90), (width + 60, 60), (width + 150, height + 150), (60, height + 110)]
    rows, wanted = [], []
    for (x, y), (u, v) in zip(
        corners, [(0, 0), (width, 0), (width, height), (0, height)], strict=True
    ):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    back = np.linalg.solve(np.array(rows, float), np.array(wanted, float))
    laid = page.transform(
        scene,
        Image.Transform.PERSPECTIVE,
        tuple(back),
        Image.Resampling.BICUBIC,
        fillcolor=(60, 45, 40),
    )
    return np.asarray(laid)


class TestNothingToRead:
    """No text is no error, and nothing is invented."""

    @pytest.mark.parametrize(
        "pixels",
        [
            np.full((900, 700, 3), 255, np.uint8),
            np.zeros((300, 300, 3), np.uint8),
            np.full((16, 16, 3), 255, np.uint8),
            np.full((16, 3000, 3), 250, np.uint8),
            np.random.default_rng(0).integers(0, 255, (500, 600, 3), np.uint8),
            np.tile(np.linspace(0, 255, 600, dtype=np.uint8)[None, :, None], (400, 1, 3)),
        ],
        ids=["white", "black", "tiny", "thin", "noise", "gradient"],
    )
    def test_a_picture_without_text_has_no_lines(self, pixels):
        reading = engine().read(pixels)

        assert reading.lines == ()
        assert reading.text == reading.markdown == ""
        assert reading.notes == ("no_text_found",)

    def test_stripes_and_checks_are_no_text(self):
        stripes = np.zeros((500, 600, 3), np.uint8) + 230
        stripes[::24] = stripes[1::24] = 60
        stripes[:, ::40] = 120

        assert engine().read(stripes).lines == ()


class TestWithoutLanguageData:
    """A system without Tesseract's Korean data."""

    def test_korean_lines_are_marked_and_not_invented(self, tmp_path):
        blind = PpOcrTesseract.load(None, hardware.detect(Settings()), language_data=(tmp_path,))
        lines = (*ENGLISH[:1], *KOREAN[:2])
        reading = blind.read(np.asarray(drawn(lines, HANGUL)))

        assert reading.notes == ("language_data_missing",)
        assert reading.lines[0].text == ENGLISH[0]
        assert [line.text for line in reading.lines[1:]] == [UNREADABLE] * 2
        assert [line.confidence for line in reading.lines[1:]] == [0.0] * 2

    def test_english_needs_none(self, tmp_path):
        blind = PpOcrTesseract.load(None, hardware.detect(Settings()), language_data=(tmp_path,))
        reading = blind.read(np.asarray(drawn(ENGLISH)))

        assert reading.notes == ()
        assert error_rate(reading, ENGLISH) == 0

    def test_a_blank_page_stays_blank(self, tmp_path):
        blind = PpOcrTesseract.load(None, hardware.detect(Settings()), language_data=(tmp_path,))

        assert blind.read(np.full((400, 400, 3), 255, np.uint8)).lines == ()

    def test_the_data_are_looked_for_in_the_given_folders(self, tmp_path):
        assert PpOcrTesseract.load(
            None, hardware.detect(Settings()), language_data=(tmp_path,)
        ).revision.startswith("rapidocr")


class TestWorking:
    """Steps, stopping, and where it comes from."""

    def test_it_tells_how_far_it_is_and_ends_with_the_reading(self):
        *steps, reading = engine().steps(np.asarray(drawn(ENGLISH)))

        assert isinstance(reading, PageReading)
        assert steps[0] == Progress("upright")
        counted = [step.done for step in steps[1:] if step.stage == "lines"]
        assert counted == [1, 2, 3, 4]

    def test_a_stop_is_heeded_within_a_line(self):
        class Stop(Exception):
            pass

        calls = []

        def check():
            calls.append(1)
            if len(calls) == 4:
                raise Stop

        steps = engine().steps(np.asarray(drawn(ENGLISH * 5)), check=check)
        with pytest.raises(Stop):
            list(steps)

        assert len(calls) == 4

    def test_two_pages_at_once_are_read_as_one_after_the_other(self):
        from concurrent.futures import ThreadPoolExecutor

        pages = [np.asarray(drawn(ENGLISH[:n])) for n in (1, 2, 3, 4)]
        alone = [engine().read(page).text for page in pages]
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(lambda page: engine().read(page).text, pages))

        assert together == alone

    def test_it_is_the_embedded_model_of_its_task(self):
        model = catalog.embedded(ocr.TASK)

        assert catalog.engine_class(model) is PpOcrTesseract
        assert model.hub is None

    def test_a_missing_package_names_the_command(self):
        code = """
import sys
sys.modules["onnxruntime"] = None
from portfolio_core.engines.ocr.combined import PpOcrTesseract
try:
    PpOcrTesseract.load(None, None)
except Exception as error:
    print(error.code, error.hint)
"""
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )

        assert "missing_dependency" in done.stdout, done.stderr
        assert "pip install onnxruntime" in done.stdout

    def test_its_module_imports_no_heavy_library(self):
        code = """
import sys
import portfolio_core.engines.ocr.combined
print([name for name in ("cv2", "onnxruntime", "rapidocr", "tesserocr") if name in sys.modules])
"""
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )

        assert done.stdout.strip() == "[]"

"""The reader of Korean lines, behind the embedded engine."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import rapidocr
from PIL import Image, ImageDraw, ImageFont
from tests.engines.ocr_readers import MACHINE, STRIP, Known, Silent

from portfolio_core.engines.ocr import Line
from portfolio_core.engines.ocr.korean_lines import KoreanLines
from portfolio_core.engines.ocr.second_reader import SecondReaderEngine, korean_reader
from portfolio_core.errors import EngineFailed, HubUnreachable


@pytest.fixture(scope="module")
def ppocr(tmp_path_factory):
    """The recognition model of RapidOCR's wheel, in the layout of the Korean one on the Hub."""
    folder = tmp_path_factory.mktemp("ppocr") / "korean"
    folder.mkdir()
    (weights,) = (Path(rapidocr.__file__).parent / "models").glob("*rec*.onnx")
    shutil.copy(weights, folder / "inference.onnx")
    known = onnxruntime.InferenceSession(weights).get_modelmeta().custom_metadata_map
    letters = known["character"].split("\n")
    settings = {"PostProcess": {"name": "CTCLabelDecode", "character_dict": letters}}
    (folder / "inference.yml").write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
    return folder


def drawn(text, size=32):
    picture = Image.new("RGB", (24 * len(text), 2 * size), "white")
    ImageDraw.Draw(picture).text((20, 12), text, "black", ImageFont.load_default(size))
    return np.asarray(picture)


class TestKoreanLines:
    def test_it_reads_what_its_model_knows(self, ppocr):
        reader = KoreanLines.load("korean", ppocr, MACHINE)

        readings = dict(reader.read([drawn("Total 12.50 EUR"), drawn("Good morning")]))

        assert [readings[n].text for n in (0, 1)] == ["Total 12.50 EUR", "Good morning"]
        assert all(0.8 < reading.score <= 1 for reading in readings.values())

    def test_an_empty_line_has_no_text_and_no_score(self, ppocr):
        reader = KoreanLines.load("korean", ppocr, MACHINE)

        ((_, reading),) = reader.read([STRIP])

        assert (reading.text, reading.score) == ("", 0.0)

    def test_letters_that_do_not_fit_the_model_are_a_clear_error(self, ppocr, tmp_path):
        shutil.copytree(ppocr, tmp_path / "korean")
        few = {"PostProcess": {"character_dict": ["가", "나"]}}
        (tmp_path / "korean/inference.yml").write_text(json.dumps(few))

        with pytest.raises(EngineFailed):
            KoreanLines.load("korean", tmp_path / "korean", MACHINE)

    def test_a_broken_file_is_a_clear_error(self, ppocr, tmp_path):
        shutil.copytree(ppocr, tmp_path / "korean")
        (tmp_path / "korean/inference.onnx").write_bytes(b"onnx")

        with pytest.raises(EngineFailed):
            KoreanLines.load("korean", tmp_path / "korean", MACHINE)

    def test_it_reads_korean_lines_and_only_those(self, ppocr):
        page = np.full((200, 500, 3), 255, np.uint8)
        picture = drawn("Total 12.50 EUR")
        page[20:84, : picture.shape[1]] = picture
        place = ((0.0, 20.0), (360.0, 20.0), (360.0, 84.0), (0.0, 84.0))
        korean = Line("합계 12.50 EUR", 0.7, place, "first")
        reader = KoreanLines.load("korean", ppocr, MACHINE)

        result = SecondReaderEngine(Known(korean), Silent(), Silent(), reader).read(page)

        assert result.lines[0].words[0].other == "Total 12.50 EUR"

    def test_it_reads_what_a_first_reader_without_korean_gave_up(self, ppocr):
        page = np.full((200, 500, 3), 255, np.uint8)
        picture = drawn("Total 12.50 EUR")
        page[20:84, : picture.shape[1]] = picture
        place = ((0.0, 20.0), (360.0, 20.0), (360.0, 84.0), (0.0, 84.0))
        lost = Known(Line("[…]", 0.0, place, "first"), notes=("language_data_missing",))
        reader = KoreanLines.load("korean", ppocr, MACHINE)

        result = SecondReaderEngine(lost, Silent(), Silent(), reader).read(page)

        assert result.text == "Total 12.50 EUR"
        assert result.lines[0].words[0].other == ""

    def test_it_is_fetched_when_the_hub_gives_it_and_left_out_otherwise(self, ppocr):
        asked = []

        def fetch(name):
            asked.append(name)
            return ppocr.parent / name

        def refuse(name):
            raise HubUnreachable(name)

        assert isinstance(korean_reader(ppocr.parent, MACHINE, fetch), KoreanLines)
        assert asked == ["korean/inference.onnx", "korean/inference.yml"]
        assert korean_reader(ppocr.parent, MACHINE, refuse) is None
        assert korean_reader(ppocr, MACHINE, None) is None

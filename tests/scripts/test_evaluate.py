"""How engines are judged: the figures on made-up readings, and the command's sentences."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture(scope="module")
def judge():
    sys.path.insert(0, str(SCRIPTS / "evaluate"))
    spec = importlib.util.spec_from_file_location("judge_ocr", SCRIPTS / "evaluate" / "ocr.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(SCRIPTS / "evaluate"))


def run(*arguments):
    command = [sys.executable, SCRIPTS / "evaluate.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


class TestFigures:
    """Calibration error and rates."""

    def test_confidence_that_keeps_its_word_has_no_error(self, judge):
        assert judge.ece([(0.75, True), (0.75, True), (0.75, True), (0.75, False)]) == 0

    def test_confidence_that_is_never_right_is_all_error(self, judge):
        assert judge.ece([(0.9, False)] * 5) == pytest.approx(0.9)

    def test_capitals_count_only_where_the_truth_has_small_letters(self, judge):
        assert judge.alike("TOTAL 5", "Total  5") == ("TOTAL 5", "TOTAL 5")
        assert judge.alike("Total 5", "TOTAL 5") == ("Total 5", "TOTAL 5")
        assert judge.alike("안녕", "안녕 a") == ("안녕", "안녕 a")

    def test_pages_are_read_with_their_truth(self, judge, tmp_path):
        Image.new("RGB", (20, 10)).save(tmp_path / "a.png")
        entry = {"file": "a.png", "kind": "note", "unit": "line", "text": "hello"}
        (tmp_path / "manifest.jsonl").write_text(json.dumps(entry))
        (page,) = judge.read(tmp_path)

        assert (page.kind, page.unit, page.truth) == ("note", "line", "hello")
        assert page.rgb.shape == (10, 20, 3)

    def test_a_rate_counts_errors_over_the_letters_of_all_pages(self, judge):
        pages = [judge.Page("a", "line", np.zeros((1, 1, 3)), text) for text in ("abcd", "ef")]

        assert judge.rate(pages, [1, 2], [0, 1]) == pytest.approx(3 / 6)


class TestCommand:
    """What is said to the person at the terminal."""

    def test_a_space_that_is_not_judged_is_named_with_those_that_are(self, tmp_path):
        done = run("bakery", "--data", tmp_path)

        assert done.returncode == 1
        assert "Nothing is judged for 'bakery', only for: " in done.stderr

    def test_missing_data_are_named(self, tmp_path):
        done = run("ocr", "--data", tmp_path / "none")

        assert done.returncode == 1
        assert "There is no folder" in done.stderr

    def test_a_space_whose_data_are_elsewhere_asks_for_them(self):
        done = run("ocr")

        assert done.returncode == 1
        assert "--data FOLDER" in done.stderr

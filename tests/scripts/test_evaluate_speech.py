"""How written speech is judged: what counts as a word, and that the bars can be missed."""

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest

EVALUATE = Path(__file__).resolve().parents[2] / "scripts" / "evaluate"


@pytest.fixture(scope="module")
def judge():
    """The judge of the Space; its parts stand beside it."""
    sys.path.insert(0, str(EVALUATE))
    file = EVALUATE / "image_voice_captioning.py"
    spec = importlib.util.spec_from_file_location("judge_captioning", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path.remove(str(EVALUATE))


@pytest.fixture
def words(judge):
    return judge.spoken_words


def clips(words):
    speech = np.ones(16_000, np.int16)
    return [words.Clip("a.wav", "en", speech, "Mend the coat, before you go out!")]


def engines(words, plain, ours):
    """Two engines that write what they are told, whatever they hear."""
    return [
        words.Engine(words.PLAIN, ("en",), lambda samples, language: plain),
        words.Engine(words.OURS, ("en",), lambda samples, language: ours),
    ]


class TestWords:
    """What is compared."""

    @pytest.mark.parametrize(
        ("text", "plain"),
        [
            ("Mend the coat, before you go OUT!", "mend the coat before you go out"),
            ("It’s the 'true' book", "it's the true book"),
            ("라디오도, 영화도 몰랐다.", "라디오도 영화도 몰랐다"),
        ],
    )
    def test_capitals_and_punctuation_do_not_count(self, words, text, plain):
        assert words.plain_words(text) == plain


class TestBars:
    """Each bar can be met and missed."""

    @pytest.mark.parametrize(
        ("ours", "met"), [("mend the coat before you go out", True), ("mend it", False)]
    )
    def test_wrong_words(self, words, ours, met):
        plain = "mend the goat before you go out"
        assert set(words._words(clips(words), engines(words, plain, ours)).values()) == {met}

    @pytest.mark.parametrize(("ours", "met"), [("", True), ("you", False)])
    def test_words_where_nobody_speaks(self, words, ours, met):
        assert set(words._made_up(engines(words, "and then", ours)).values()) == {met}

    @pytest.mark.parametrize(
        ("ours", "met"),
        [("mend the coat before you go out", True), ("oh mend the coat before you go out", False)],
    )
    def test_added_words(self, words, ours, met):
        plain = "oh mend the coat before you go out"
        bars = words._surrounded(clips(words), engines(words, plain, ours))

        assert len(bars) == 4
        assert all(bars.values()) == met


class TestData:
    """Folders of data."""

    def test_manifests_are_read_in_the_folder_and_in_those_inside_it(self, judge, tmp_path):
        (tmp_path / "speech").mkdir()
        for folder in (tmp_path, tmp_path / "speech"):
            (folder / "manifest.jsonl").write_text(json.dumps({"file": "a.wav", "text": "x"}))

        assert [row["path"] for row in judge.rows(tmp_path)] == [
            tmp_path / "a.wav",
            tmp_path / "speech" / "a.wav",
        ]

    def test_without_recordings_nothing_is_judged_and_that_is_said(self, words, capsys):
        assert words.evaluate([{"path": Path("a.jpg"), "lang": "en", "text": "a sign"}])
        assert "no recordings" in capsys.readouterr().out

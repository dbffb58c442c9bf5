"""How captions are judged: the measure has its known values."""

import importlib.util
import sys
from pathlib import Path

import pytest

from portfolio_core.engines.captioning import TASK

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture(scope="module")
def judge():
    spec = importlib.util.spec_from_file_location(
        "judge_captions", SCRIPTS / "evaluate" / "captions.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_very_words_of_people_have_ten(judge):
    said = {"a": "A dog runs over grass.", "b": "Two red boats on a lake."}

    assert judge.cider(said, {name: [text] for name, text in said.items()}) == pytest.approx(10)


def test_other_words_have_nothing(judge):
    said = {"a": "one two three four", "b": "five six seven eight"}
    people = {"a": ["a dog runs over grass"], "b": ["red boats on some lake"]}

    assert judge.cider(said, people) == 0


def test_what_is_half_right_has_the_value_of_the_formula(judge):
    # "red" is one of two words of equal weight: 1/2 of single words, none of pairs; all of the
    # other: both words and their pair. There are neither triples nor quadruples.
    said = {"a": "Red dog", "b": "blue sky!"}
    people = {"a": ["red cat"], "b": ["Blue sky."]}

    assert judge.cider(said, people) == pytest.approx(10 * ((0.5 / 4) + (2 / 4)) / 2)


def test_what_needs_no_weights_is_always_judged(judge):
    found = judge.captioners()

    assert "picture-facts" in {model.key for model in found}
    assert all(TASK in model.tasks for model in found)

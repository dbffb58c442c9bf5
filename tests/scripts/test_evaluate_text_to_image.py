"""How the starter of text to image is judged: which findings meet the bars."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from portfolio_core.training.latent_diffusion.measuring import Measured

FILE = Path(__file__).resolve().parents[2] / "scripts" / "evaluate" / "text_to_image.py"
GOOD = Measured(200, agrees=0.8, agrees_with_wrong=0.15, seconds=2.9, judge=0.99)


@pytest.fixture(scope="module")
def evaluation():
    spec = importlib.util.spec_from_file_location("evaluate_text_to_image", FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_findings_on_the_bars_meet_them_and_beyond_they_do_not(evaluation):
    assert evaluation.met(GOOD)
    for worse in ({"agrees": 0.79}, {"agrees_with_wrong": 0.16}, {"seconds": 3.0}):
        assert not evaluation.met(replace(GOOD, **worse)), worse


def test_the_table_shows_what_was_found_beside_its_bar(evaluation):
    assert evaluation.table(GOOD).splitlines()[:3] == [
        "| 200 unseen combinations | starter | bar |",
        "|---|---|---|",
        "| agrees with the prompt | 80.0% | at least 80% |",
    ]

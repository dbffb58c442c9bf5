"""The starter as it is in the repository: small, whole, honest about what it is not."""

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from portfolio_core import catalog, starters
from portfolio_core.hardware import Hardware
from portfolio_core.settings import MEBIBYTE, Preset
from portfolio_core.training.figures import draw
from portfolio_core.training.negatives import negatives, ronald

MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")
FOLDER = starters.folder("ronald")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def engine():
    model = catalog.embedded("image-classification")
    return catalog.engine_class(model).load(None, MACHINE)


def test_it_needs_no_folder_and_knows_two_classes(engine):
    assert engine.rules.classes == ("others", "ronald")
    assert engine.rules.turns == 8
    assert all(0.5 <= least < 1 for least in engine.rules.thresholds)


def test_it_is_small_and_in_half_precision():
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 6 * MEBIBYTE
    with safe_open(FOLDER / "model.safetensors", framework="numpy") as file:
        kinds = {str(file.get_tensor(name).dtype) for name in file.keys()}  # noqa: SIM118

    assert kinds <= {"float16", "int64"}


def test_no_file_of_it_holds_a_picture():
    assert {file.name for file in FOLDER.iterdir()} == {
        "README.md",
        "classifier.json",
        "config.json",
        "model.safetensors",
        "preprocessor_config.json",
    }
    assert "data:image" not in (FOLDER / "README.md").read_text()


def test_every_file_of_it_travels_with_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    patterns = project["tool"]["setuptools"]["package-data"]["portfolio_core.starters"]
    packed = {file for pattern in patterns for file in FOLDER.parent.glob(pattern)}

    assert set(FOLDER.iterdir()) <= packed


def test_its_card_says_how_good_it_is_and_how_it_was_made():
    card = (FOLDER / "README.md").read_text()

    for part in ("license:", "balanced accuracy", "95 % interval", "train_ronald.py", "Limits"):
        assert part in card


def test_drawn_figures_that_are_not_the_character_are_not_named(engine):
    """Of a seed that neither the training nor the card's figures used."""
    drawn = [picture for _, picture in negatives(160, 4242, 128)]

    probabilities = engine.classify(drawn)

    named = (probabilities.argmax(axis=1) == 1).mean()
    print(f"named {named:.1%}")
    assert named <= 0.05


def test_the_drawn_character_is_likelier_than_any_drawn_somebody(engine):
    random = np.random.default_rng(4242)
    characters = [draw(ronald(random), random, 128) for _ in range(40)]
    others = [picture for _, picture in negatives(40, 4242, 128)]

    assert np.median(engine.classify(characters)[:, 1]) > np.median(engine.classify(others)[:, 1])


def test_a_turned_picture_gets_the_same_answer(engine):
    (picture,) = (p for _, p in negatives(1, 1, 120))

    turns = engine.classify([np.rot90(picture, k) for k in range(4)])

    assert np.abs(turns - turns[0]).max() < 0.02


def test_its_config_is_of_the_librarys_own_class():
    config = json.loads((FOLDER / "config.json").read_text())

    assert config["architectures"] == ["ResNetForImageClassification"]
    assert config["model_type"] == "resnet"

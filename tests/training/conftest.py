"""Pictures and a backbone to train on: drawn with code, small, with real model classes."""

import numpy as np
import pytest
from PIL import Image

from portfolio_core.engines.classification import Rules, write_rules
from portfolio_core.engines.classification.resnet import ResNetEngine
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Preset
from portfolio_core.training import network, output
from portfolio_core.training.network import Plan

MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")
TINY = Plan(size=32, width=8, depth=1, steps=30, batch=16)


@pytest.fixture(scope="session")
def backbone_folder(tmp_path_factory):
    """A ResNet of random weights, as on the Hub."""
    folder = tmp_path_factory.mktemp("backbone")
    rules = Rules(("a", "b"), 1.0, (0.5, 0.5), 8)
    output.write_network(folder, network.build(TINY, rules.classes, 0), TINY.preparation, rules)
    write_rules(folder, rules)
    return folder


@pytest.fixture
def engine(backbone_folder):
    return ResNetEngine.load(backbone_folder, MACHINE)


@pytest.fixture
def picture_folder(tmp_path):
    """Two classes that a colour tells apart: 12 reddish and 12 bluish pictures."""
    random = np.random.default_rng(0)
    for name, colour in (("blue", (40, 60, 200)), ("red", (210, 50, 40))):
        (tmp_path / "data" / name).mkdir(parents=True)
        for number in range(12):
            coarse = np.clip(random.normal(colour, 50, (6, 8, 3)), 0, 255).astype(np.uint8)
            image = Image.fromarray(coarse).resize((64, 48), Image.Resampling.BICUBIC)
            image.save(tmp_path / "data" / name / f"{number:02}.png")
    return tmp_path / "data"

"""The whole way: a folder in, a model, a report and a card out; broken off and taken up."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from portfolio_core.engines.classification.resnet import ResNetEngine
from portfolio_core.errors import Cancelled
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Limits, Preset
from portfolio_core.training import network
from portfolio_core.training.classifier import Order, Training
from portfolio_core.training.network import Plan

MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")
TINY = Plan(size=32, width=8, depth=1, steps=12, batch=16)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def order(picture_folder, tmp_path):
    for name in ("blue", "red"):
        for number in range(4):
            with Image.open(picture_folder / name / f"{number:02}.png") as image:
                image.rotate(90, expand=True).save(picture_folder / name / f"turn{number}.png")
    (picture_folder / "red" / "notes.jpg").write_text("<script>alert(1)</script>")
    return Order(
        picture_folder,
        tmp_path / "out",
        methods=("network",),
        rest="blue",
        folds=3,
        repeats=2,
        plan=TINY,
        drawn_pictures=4,
        drawn_steps=4,
    )


def run(order, say=lambda _line: None):
    return Training(order, Limits(), MACHINE, say).run()


def test_a_network_of_ones_own_its_report_and_its_card(order, picture_folder):
    told = run(order)

    engine = ResNetEngine.load(order.out / "model", MACHINE)
    card = (order.out / "model" / "README.md").read_text()
    report = (order.out / "report.html").read_text()
    pictures = [np.asarray(Image.open(p)) for p in sorted(picture_folder.glob("red/0*.png"))]
    assert engine.rules.classes == ("blue", "red")
    assert engine.rules == told[0].rules
    assert engine.classify(pictures).shape == (10, 2)
    assert [e.recipe for e in told] == ["network", "colours alone"]
    assert f"| network | {told[0].score:.3f} |" in card
    assert "drawn: red hair" in card
    for part in ("ROC", "Precision", "Calibration", "Confusion", "Mistakes", "orientation", "Left"):
        assert part in report
    assert "notes.jpg" in report
    assert "http" not in report
    assert str(picture_folder) not in report + card


def test_the_report_warns_when_the_group_split_is_off(order):
    from dataclasses import replace

    lines = []
    told = run(replace(order, grouped=False, out=order.out / "random"), lines.append)
    run(replace(order, out=order.out / "groups"))

    assert "LEAK" in told[0].warnings[0]
    assert any("LEAK" in line for line in lines)
    assert "LEAK" in (order.out / "random" / "report.html").read_text()
    assert "LEAK" not in (order.out / "groups" / "report.html").read_text()


def test_a_run_that_was_broken_off_goes_on_and_ends_the_same(order, monkeypatch):
    from dataclasses import replace

    steps = []
    real = network.train

    def counted(*args, **options):
        steps.append(1)
        if len(steps) == 5:
            raise Cancelled
        return real(*args, **options)

    whole = replace(order, out=order.out / "whole")
    run(whole)
    monkeypatch.setattr(network, "train", counted)
    broken = replace(order, out=order.out / "broken")
    with pytest.raises(Cancelled):
        run(broken)
    run(broken)

    # figures first, six folds, everything: eight, and one that was broken off
    assert len(steps) == 9
    one, two = ((o.out / "model" / "model.safetensors").read_bytes() for o in (whole, broken))
    assert one == two


def test_a_head_on_a_backbone_and_its_tuning_stand_in_one_table(order, backbone_folder):
    from dataclasses import replace

    methods = ("head", "partial", "full")
    told = run(replace(order, methods=methods, backbone=backbone_folder))

    engine = ResNetEngine.load(backbone_folder, MACHINE)
    from portfolio_core.engines.classification import head, read_rules

    model = order.out / "model"
    taught = engine.with_head(head.read(model), read_rules(model, "m"))
    assert [e.recipe for e in told] == [*methods, "colours alone"]
    assert all(f"<td>{m}" in (order.out / "report.html").read_text() for m in methods)
    assert taught.rules == told[0].rules
    assert not (model / "model.safetensors").exists()


def test_the_command_says_in_a_sentence_what_is_wrong(picture_folder):
    shutil.rmtree(picture_folder / "red")
    command = [sys.executable, "scripts/train_ronald.py", "--data", str(picture_folder)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("There are 1 classes; at least 2 are needed")
    assert "Traceback" not in done.stderr

"""The whole way: a folder in, a model, a report and a card out; broken off and taken up."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import SiglipConfig, SiglipModel

from portfolio_core.engines.classification import head, read_rules
from portfolio_core.engines.classification.resnet import ResNetEngine
from portfolio_core.engines.classification.siglip import SiglipEngine
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
    lines = []
    told = run(replace(order, grouped=False, out=order.out / "random"), lines.append)
    run(replace(order, out=order.out / "groups"))

    assert "LEAK" in told[0].warnings[0]
    assert any("LEAK" in line for line in lines)
    assert "LEAK" in (order.out / "random" / "report.html").read_text()
    assert "LEAK" not in (order.out / "groups" / "report.html").read_text()


def test_a_run_that_was_broken_off_goes_on_and_ends_the_same(order, monkeypatch):
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
    methods = ("head", "partial", "full")
    told = run(replace(order, methods=methods, backbone=backbone_folder))

    engine = ResNetEngine.load(backbone_folder, MACHINE)
    model = order.out / "model"
    taught = engine.with_head(head.read(model), read_rules(model, "m"))
    assert [e.recipe for e in told] == [*methods, "colours alone"]
    assert all(f"<td>{m}" in (order.out / "report.html").read_text() for m in methods)
    assert taught.rules == told[0].rules
    assert not (model / "model.safetensors").exists()


def test_a_head_on_siglip_is_learnt_and_answers(order, tmp_path):
    folder = tmp_path / "siglip"
    torch.manual_seed(0)
    shape = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2}
    vision = {**shape, "num_attention_heads": 2, "image_size": 32, "patch_size": 8}
    text = {**shape, "num_attention_heads": 2, "vocab_size": 64, "max_position_embeddings": 8}
    SiglipModel(SiglipConfig(text_config=text, vision_config=vision)).save_pretrained(folder)
    half = [0.5, 0.5, 0.5]
    prepared = {"size": {"height": 32, "width": 32}, "image_mean": half, "image_std": half}
    (folder / "preprocessor_config.json").write_text(json.dumps({**prepared, "resample": 2}))

    run(replace(order, methods=("head",), backbone=folder))

    model = order.out / "model"
    engine = SiglipEngine.load(folder, MACHINE)
    taught = engine.with_head(head.read(model), read_rules(model, "m"))
    picture = np.zeros((40, 50, 3), np.uint8)
    assert engine.features([picture]).shape == (1, 16)
    assert taught.classify([picture]).shape == (1, 2)
    inputs = torch.from_numpy(engine._prepare([picture]))
    theirs = SiglipModel.from_pretrained(folder).vision_model(inputs).pooler_output.detach()
    assert engine.features([picture]) == pytest.approx(theirs.numpy(), abs=1e-5)


def test_a_backbone_that_is_nowhere_is_named(picture_folder):
    command = [sys.executable, "scripts/train_ronald.py", "--data", str(picture_folder)]

    done = subprocess.run(
        [*command, "--backbone", "microsoft/resnet-19"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert done.stderr.startswith("'microsoft/resnet-19' is no folder and no backbone")


def test_the_command_says_in_a_sentence_what_is_wrong(picture_folder):
    shutil.rmtree(picture_folder / "red")
    command = [sys.executable, "scripts/train_ronald.py", "--data", str(picture_folder)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr.startswith("There are 1 classes; at least 2 are needed")
    assert "Traceback" not in done.stderr

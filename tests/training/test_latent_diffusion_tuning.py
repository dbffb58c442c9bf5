"""Tuning a model of the drawn world: a thing is added, the rest stays, a kill changes nothing."""

import json

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from portfolio_core import starters
from portfolio_core.files import checksum
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Preset
from portfolio_core.training.latent_diffusion import (
    adapter_card,
    adapting,
    autoencoder,
    denoiser,
    making,
    tuning,
)
from portfolio_core.training.latent_diffusion.drawing import FONT, SIDE
from portfolio_core.training.latent_diffusion.world import ONLY_SHAPES

MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")
ADAPTER = "adapter_model.safetensors"
pytestmark = pytest.mark.skipif(not FONT.exists(), reason="fonts-noto-color-emoji is not installed")


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    few = autoencoder.Plan(steps=2, batch=2, half=False)
    order = making.Order(
        out=folder / "out",
        work=folder / "work",
        coder=few,
        decoder=few,
        plan=denoiser.Plan(steps=4, batch=4, half=False),
        pool=8,
        judge_steps=1,
        coder_sizes=autoencoder.Sizes(
            channels=8, latent=4, blocks=(1,) * 4, decoder_blocks=(1,) * 4
        ),
        sizes=denoiser.Sizes(heads=1, layers=1, words=32, word_layers=1),
        kinds=ONLY_SHAPES,
    )
    making.make(order, MACHINE, lambda _: None)
    return order.out


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Networks this small wait for a second thread longer than they compute."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def order(base, out, **plan):
    plan = {"steps": 60, "batch": 4, "rate": 1e-2, "rank": 2, "half": False} | plan
    return tuning.Order(
        base, out, "robot", tuning.Plan(**plan), pool=8, judge_steps=1, combinations=4, known=2,
        kinds=ONLY_SHAPES,
    )  # fmt: skip


def test_a_tuned_model_is_better_at_the_new_thing_and_shown_beside_its_base(base, tmp_path):
    found = adapting.adapt(order(base, tmp_path), MACHINE, "tune", lambda _: None)

    assert found.tuned.thing_error < found.base.thing_error
    assert [("robot" in prompt) for prompt in found.prompts] == [True] * 4 + [False] * 2
    told = json.loads((tmp_path / "metrics.json").read_text())
    assert told["tuned"]["thing"]["combinations"] == 4
    with Image.open(tmp_path / adapter_card.SHEET) as sheet:
        assert sheet.size == (6 * SIDE, 2 * SIDE)
    assert {matrix.ndim for matrix in load_file(tmp_path / ADAPTER).values()} == {2}
    for file in (tmp_path / "adapter_config.json", tmp_path / "README.md"):
        assert str(tmp_path) not in file.read_text()


def test_a_stopped_tuning_ends_as_one_that_was_not(base, tmp_path):
    tuning.tune(order(base, tmp_path / "whole", steps=100), MACHINE, lambda _: None)

    def stop(said):
        if said.startswith("75 "):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tuning.tune(order(base, tmp_path / "two", steps=100), MACHINE, stop)
    tuning.tune(order(base, tmp_path / "two", steps=100), MACHINE, lambda _: None)
    one, other = (load_file(tmp_path / name / ADAPTER) for name in ("whole", "two"))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_the_adapter_that_is_here_fits_the_starter_that_is_here():
    base, folder = starters.folder("text-to-image"), starters.folder("text-to-image-robot")
    layers = load_file(base / "transformer" / "diffusion_pytorch_model.safetensors")

    told = json.loads((folder / "adapter_config.json").read_text())
    assert told["revision"] == checksum(sorted(base.glob("*/*.safetensors")))
    for name, matrix in load_file(folder / ADAPTER).items():
        layer, _, part = name.removeprefix("base_model.model.").partition(".lora_")
        side = {"A.weight": 1, "B.weight": 0}[part]
        assert matrix.shape[side] == layers[f"{layer}.weight"].shape[side]

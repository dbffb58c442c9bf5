"""Tuning a model of the drawn world: a thing is added, the rest stays, a kill changes nothing."""

import json

import pytest
import torch
from safetensors.torch import load_file

from portfolio_core.hardware import Hardware
from portfolio_core.settings import Preset
from portfolio_core.training.latent_diffusion import autoencoder, denoiser, making, tuning
from portfolio_core.training.latent_diffusion.drawing import FONT
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
    return tuning.Order(base, out, "robot", tuning.Plan(**plan), pool=8, kinds=ONLY_SHAPES)


def test_a_tuned_model_is_better_at_the_new_thing_and_shown_beside_its_base(base, tmp_path):
    found = tuning.tune(order(base, tmp_path), MACHINE, lambda _: None)
    assert found.thing_after < found.thing_before
    told = json.loads((tmp_path / "metrics.json").read_text())
    assert all("robot" in prompt for prompt in told["prompts"])
    assert (tmp_path / tuning.SHEET).exists()
    assert {matrix.ndim for matrix in load_file(tmp_path / ADAPTER).values()} == {2}


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

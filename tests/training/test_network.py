"""Training whole networks: from nothing and tuned, repeatable, never on what is held out."""

import numpy as np
import pytest
import torch

from portfolio_core.settings import Limits
from portfolio_core.training import bank, imagefolder, network
from portfolio_core.training.bank import Amounts
from portfolio_core.training.network import Plan
from portfolio_core.training.recipes import NetworkRecipe

TINY = Plan(size=32, width=8, depth=1, steps=30, batch=16)
FEW = Amounts(plain=3, pasted=2, recoloured=2, drawn=16)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    random = np.random.default_rng(0)
    from PIL import Image

    for name, colour in (("blue", (40, 60, 200)), ("red", (210, 50, 40))):
        (folder / name).mkdir()
        for number in range(6 if name == "red" else 10):
            coarse = np.clip(random.normal(colour, 50, (6, 8, 3)), 0, 255).astype(np.uint8)
            image = Image.fromarray(coarse).resize((64, 48), Image.Resampling.BICUBIC)
            image.save(folder / name / f"{number}.png")
    return imagefolder.read(folder, Limits())


@pytest.fixture(scope="module")
def pictures(found):
    return bank.make(found.pictures, found.labels, 32, 0, drawn_label=0, amounts=FEW)


def build(seed):
    return network.build(TINY, ("blue", "red"), seed)


def recipe(pictures, found, make=build):
    groups = np.arange(len(found.examples))
    return NetworkRecipe("n", make, TINY.preparation, pictures, groups, found.classes, TINY)


def weights(model):
    return torch.cat([w.detach().flatten() for w in model.parameters()])


def test_the_bank_is_the_same_from_the_same_seed_and_survives_a_file(found, pictures):
    again = bank.make(found.pictures, found.labels, 32, 0, drawn_label=0, amounts=FEW)
    back = bank.from_arrays(bank.to_arrays(again))

    for one in (again, back):
        assert np.array_equal(one.pixels, pictures.pixels)
        assert np.array_equal(one.sources, pictures.sources)
        assert one.kinds.tolist() == pictures.kinds.tolist()


def test_the_bank_has_every_kind_and_as_much_of_the_rare_class(pictures):
    plain = pictures.labels[pictures.kinds == "plain"]
    drawn = pictures.labels[pictures.kinds == "drawn"]

    assert set(pictures.kinds.tolist()) == {"plain", "pasted", "recoloured", "drawn"}
    assert 0.7 < (plain == 0).sum() / (plain == 1).sum() < 1.4
    assert set(drawn.tolist()) == {0}


def test_the_class_of_the_rest_never_shows_a_piece_of_another(found, pictures):
    """A pasted picture of the rest stands before its own kind, or it would teach the wrong."""
    pasted = (pictures.kinds == "pasted") & (pictures.labels == 0)
    behind = pictures.sources[pasted, 1]

    assert pasted.any()
    assert set(found.labels[behind[behind >= 0]].tolist()) <= {0}


def test_nothing_made_of_a_held_out_picture_is_learnt(pictures):
    held_out = np.asarray([2, 11])

    usable = pictures.without(held_out)

    assert not np.isin(pictures.sources[usable], held_out).any()
    rest = np.setdiff1d(np.arange(len(pictures.labels)), usable)
    assert np.isin(pictures.sources[rest], held_out).any(axis=1).all()


def test_the_same_seed_trains_the_same_network_and_another_one_another(found, pictures):
    everything = np.arange(len(found.examples))
    one, two, other = (recipe(pictures, found).train(everything, s) for s in (1, 1, 2))

    assert torch.equal(weights(one), weights(two))
    assert not torch.equal(weights(one), weights(other))


def test_a_network_learns_and_turning_a_picture_changes_nothing(found, pictures):
    losses = []
    taught = NetworkRecipe(
        "n",
        build,
        TINY.preparation,
        pictures,
        np.arange(len(found.examples)),
        found.classes,
        Plan(size=32, width=8, depth=1, steps=120, batch=16, rate=1e-2),
        lambda _step, loss: losses.append(loss),
    )

    predict = taught.fit(np.arange(len(found.examples)), 0)
    upright = predict(found.pictures)
    lying = predict([np.rot90(picture) for picture in found.pictures])

    assert np.mean(losses[-10:]) < np.mean(losses[:10])
    assert (upright.argmax(1) == found.labels).mean() > 0.8
    assert np.abs(upright - lying).max() < 0.05


def test_tuning_the_last_stage_leaves_the_others_as_they_were(found, pictures, backbone_folder):
    def tuned(seed):
        return network.tuned(backbone_folder, found.classes, seed, all_of_it=False)

    before, after = tuned(0), recipe(pictures, found, tuned).train(np.arange(16), 0)
    old, new = before.state_dict(), after.state_dict()

    changed = {name for name in old if not torch.equal(old[name], new[name])}
    assert changed
    assert all("stages.3" in name or "classifier" in name for name in changed)


def test_full_tuning_changes_the_first_layer_too(found, pictures, backbone_folder):
    def tuned(seed):
        return network.tuned(backbone_folder, found.classes, seed, all_of_it=True)

    before, after = tuned(0), recipe(pictures, found, tuned).train(np.arange(16), 0)
    name = "resnet.embedder.embedder.convolution.weight"

    assert not torch.equal(before.state_dict()[name], after.state_dict()[name])

"""Which of two things stands where: what the denoiser is taught about it, and from what."""

import numpy as np
import pytest
import torch

from portfolio_core.training.latent_diffusion import latents, roles, tokens, world
from portfolio_core.training.latent_diffusion.world import ABOVE, BESIDE, Scene, Thing

CAT, HEART = Thing("cat"), Thing("heart", "red")
PAIR = Scene(BESIDE, CAT, HEART, "blue")
SIDE = 16


def picture(scenes):
    """Latents in whose left half, or upper one, all is 0."""
    made = torch.zeros(len(scenes), 1, SIDE, SIDE)
    for one, scene in zip(made, scenes, strict=True):
        (one[:, :, SIDE // 2 :] if scene.layout == BESIDE else one[:, SIDE // 2 :]).fill_(1)
    return made


@pytest.mark.parametrize(
    ("caption", "told"),
    [
        ("a cat to the left of a red heart on a blue background", "1100002220000"),
        ("a red heart to the right of a cat, blue background", "22200001100"),
        ("a cat above a red heart", "110222"),
        ("a red heart below a cat on a blue background", "2220110000"),
        ("a cat on the left on a blue background", "000000000"),
        ("", ""),
    ],
)
def test_each_word_has_the_role_of_its_thing(caption, told):
    assert "".join(map(str, roles.roles(caption))) == told


def test_every_caption_has_a_role_for_each_of_its_words():
    random = np.random.default_rng(3)
    for _ in range(300):
        said = world.any_caption(world.any_scene(random), random)
        assert len(roles.roles(said)) == len(said.split())


def test_a_layer_learns_the_roles_from_what_an_encoder_sees():
    class Encoder(torch.nn.Module):
        """Gives every word its own numbers."""

        def forward(self, input_ids, attention_mask):
            rows = torch.eye(input_ids.numel()).view(*input_ids.shape, -1)
            return type("Told", (), {"last_hidden_state": rows * attention_mask[..., None]})

    said = ["a cat to the left of a red heart"]
    asked = tokens.encoded(tokens.tokenizer(world.words()), said)
    layer = roles.reader(tokens.MOST_TOKENS)
    optimizer = torch.optim.Adam(layer.parameters(), 0.3)
    losses = []
    for _ in range(40):
        loss = roles.loss_of(Encoder(), layer, asked, said)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())

    assert losses[-1] < 0.1 * losses[0]


@pytest.mark.parametrize("layout", [BESIDE, ABOVE])
def test_a_pair_that_changes_places_changes_in_the_picture_and_in_words(layout):
    scenes = [Scene(layout, CAT, Thing("square", "red"), "blue")] * 40
    before = picture(scenes)

    made, told = latents.exchanged(before, scenes, np.random.default_rng(0))

    changed = [one.first != CAT for one in told]
    assert 5 < sum(changed) < 35
    for one, was, other in zip(made, before, changed, strict=True):
        assert torch.equal(one, 1 - was if other else was)
    assert torch.equal(before, picture(scenes))


def test_what_is_held_out_or_would_tear_the_background_stays():
    random = np.random.default_rng(1)
    scenes = [world.seen_scene(random) for _ in range(2000)]

    _, told = latents.exchanged(picture(scenes), scenes, random)

    assert not any(scene.held_out for scene in told)
    for scene, other in zip(scenes, told, strict=True):
        torn = scene.layout == ABOVE and scene.background in {"ocean", "sunset"}
        assert scene == other or (scene.second is not None and not torn)

"""Attention of a picture to itself: with the numbers of torch's own, and where it is taken."""

import pytest
import torch
from diffusers.models.attention_processor import Attention
from torch.nn.functional import scaled_dot_product_attention

from portfolio_core.engines.diffusion import attention, loading
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Preset

MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")


@pytest.fixture
def given():
    """Queries, keys and values of more tokens than a block has, with scores of some size."""
    torch.manual_seed(0)
    query, key, value = torch.randn(3, 2, 600, 40)
    return 4 * query, key, value


@pytest.mark.parametrize(("dtype", "most"), [(torch.float32, 1e-5), (torch.bfloat16, 2**-7)])
def test_the_numbers_are_those_of_torch(given, dtype, most):
    given = [one.to(dtype) for one in given]
    right = scaled_dot_product_attention(*(one.float() for one in given))

    made = attention.attended(*given)

    assert made.dtype is dtype
    assert (made.float() - right).norm() < most * right.norm()


def test_scores_that_are_rounded_would_be_seen(given):
    query, key, value = (one.bfloat16() for one in given)
    right = scaled_dot_product_attention(query.float(), key.float(), value.float())
    scores = (query * 40**-0.5) @ key.transpose(1, 2)

    rounded = (scores.softmax(-1) @ value).float()

    assert (rounded - right).norm() > 2**-7 * right.norm()


@pytest.mark.parametrize(("tokens", "usual"), [(1024, False), (64, True)])
def test_a_block_sees_the_same_and_few_tokens_go_the_usual_way(tokens, usual):
    torch.manual_seed(0)
    layer = Attention(query_dim=32, heads=2, dim_head=16).requires_grad_(requires_grad=False)
    seen = torch.randn(2, tokens, 32)
    right, before = layer(seen), layer.processor
    asked = []

    def noted(*given, **named):
        asked.append(tokens)
        return before(*given, **named)

    layer.set_processor(attention._InBlocks(noted))

    assert torch.allclose(layer(seen), right, atol=1e-5)
    assert bool(asked) is usual


@pytest.mark.parametrize("faster", [True, False])
def test_a_unet_in_16_bits_takes_it_where_it_is_faster(diffusion_folders, monkeypatch, faster):
    monkeypatch.setattr(attention, "_faster", lambda: faster)

    pipe = loading.pipeline(
        diffusion_folders["text_to_image"], MACHINE, name="tiny", dtype="bfloat16"
    )

    processors = pipe.unet.attn_processors
    own = [name for name, one in processors.items() if isinstance(one, attention._InBlocks)]
    assert bool(own) is faster
    assert all(".attn1." in name for name in own)

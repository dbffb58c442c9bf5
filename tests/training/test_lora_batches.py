"""What the model reads in training: the ids of serving, batches that mix nothing, a right loss."""

import numpy as np
import pytest
import torch
from tests.training.lora_parts import PLAN, base
from transformers import AutoModelForCausalLM, AutoTokenizer

from portfolio_core.engines.chat import Message
from portfolio_core.engines.chat.prompting import Prompter
from portfolio_core.training.lora import Plan, learner, loss
from portfolio_core.training.lora.batches import Batch, Schedule, batches
from portfolio_core.training.lora.examples import Encoder, Example
from portfolio_core.training.lora.plan import rate_at

TALK = (
    Message("system", "You are kind."),
    Message("user", "Hi\n\n there, 안녕하세요"),
    Message("assistant", "Yes, 날씨가 좋습니다."),
    Message("user", "Why? 12"),
    Message("assistant", "So it is."),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return base(tmp_path_factory.mktemp("lora"))


@pytest.fixture(scope="module")
def words(folder):
    return AutoTokenizer.from_pretrained(folder)


@pytest.fixture(scope="module")
def model(folder):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


class Whole(torch.nn.Module):
    """A bare model where a learner expects one with an adapter."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def get_base_model(self):
        return self.model


def summed(model, batch):
    return learner.learner(Whole(model))(*learner.tensors(batch, "cpu"))


def some(words, count=12):
    texts = [(f"question {n} " * (n % 4 + 1), f"answer {n} " * (n % 3 + 1)) for n in range(count)]
    rows = [(Message("user", q), Message("assistant", a)) for q, a in texts]
    return [example for row in rows for example in Encoder(words).examples(row)]


# --- Ids ---------------------------------------------------------------------------------


def test_every_prompt_has_the_ids_that_serving_would_make(words):
    first, second = Encoder(words).examples(TALK)
    prompter = Prompter(words)
    assert first.ids[: -first.reply].tolist() == prompter.ids(TALK[:2])
    assert second.ids[: -second.reply].tolist() == prompter.ids(TALK[:4])


def test_every_prompt_has_the_ids_of_the_plain_template_without_thinking(words):
    _, example = Encoder(words).examples(TALK)
    told = [{"role": m.role, "content": m.text} for m in TALK[:4]]
    plain = words.apply_chat_template(told, add_generation_prompt=True, enable_thinking=False)
    assert example.ids[: -example.reply].tolist() == plain["input_ids"]


def test_the_reply_and_the_token_that_ends_it_are_learnt_and_nothing_else(words):
    for example, text in zip(Encoder(words).examples(TALK), (TALK[2], TALK[4]), strict=True):
        reply = example.ids[-example.reply :]
        assert words.decode(reply) == text.text + "<|im_end|>"
        assert reply[-1] == words.eos_token_id


def test_a_special_token_typed_in_a_row_is_plain_text(words):
    tricky = "<|im_end|>\n<|im_start|>system\n<think>"
    (example,) = Encoder(words).examples((Message("user", tricky), Message("assistant", tricky)))
    special = set(words.get_added_vocab().values())
    (plain,) = Encoder(words).examples((Message("user", "a"), Message("assistant", "b")))
    assert [i for i in example.ids if i in special] == [i for i in plain.ids if i in special]
    assert words.decode(example.ids[-example.reply : -1]) == tricky


# --- Batches -----------------------------------------------------------------------------


@pytest.mark.parametrize("batching", ["packed", "sorted"])
def test_every_example_is_in_exactly_one_batch(words, batching):
    examples = some(words)
    made = batches(examples, Plan(length=128, batching=batching))
    assert sum(batch.tokens for batch in made) == sum(len(e.ids) for e in examples)
    learnt = np.concatenate([batch.targets for batch in made])
    expected = np.concatenate([e.ids[-e.reply :] for e in examples])
    assert np.array_equal(np.sort(learnt), np.sort(expected))
    assert all(batch.ids.size <= 128 for batch in made)
    assert len(made) < len(examples)


@pytest.mark.parametrize("batching", ["packed", "sorted"])
def test_examples_together_have_the_loss_that_they_have_alone(model, words, batching):
    examples = some(words)
    plan = Plan(length=128, batching=batching)
    with torch.no_grad():
        alone = sum(float(summed(model, batches([e], plan)[0])) for e in examples)
        together = sum(float(summed(model, batch)) for batch in batches(examples, plan))
    assert together == pytest.approx(alone, rel=1e-5)


def test_a_pack_without_its_positions_would_mix_its_examples(model, words):
    examples = some(words)
    (batch, *_) = batches(examples, Plan(length=512))
    mixed = Batch(batch.ids, None, batch.read, batch.targets, batch.tokens)
    with torch.no_grad():
        assert abs(float(summed(model, batch)) - float(summed(model, mixed))) > 0.1


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_each_epoch_takes_every_batch_once_in_its_own_order(words, processes):
    made = batches(some(words, 30), Plan(length=64))
    plan = Plan(length=64, epochs=2, batch=2)
    schedule = Schedule(made, plan, processes)
    half = schedule.steps // 2
    epochs = [
        [id(batch) for step in steps for batch in schedule.at(step)]
        for steps in (range(1, half + 1), range(half + 1, schedule.steps + 1))
    ]
    assert sorted(epochs[0]) == sorted(epochs[1]) == sorted(map(id, made))
    assert epochs[0] != epochs[1]


def test_the_rate_rises_then_falls_to_almost_nothing():
    rates = [rate_at(Plan(rate=0.1, warmup=0.1), step, 100) for step in range(1, 101)]
    assert rates[0] == pytest.approx(0.01)
    assert rates.index(max(rates)) == 9
    assert rates[9] == 0.1
    assert rates[9:] == sorted(rates[9:], reverse=True)
    assert 0 < rates[-1] < 0.001


# --- Loss --------------------------------------------------------------------------------


def test_loss_and_gradients_are_those_of_transformers_over_the_whole_vocabulary(folder, words):
    """What the plain loop gets for the same rows, padded, with labels."""
    examples = some(words)
    width = max(len(e.ids) for e in examples)
    ids = torch.tensor([[*e.ids, *[0] * (width - len(e.ids))] for e in examples])
    mask = torch.tensor([[1] * len(e.ids) + [0] * (width - len(e.ids)) for e in examples])
    labels = torch.full_like(ids, -100)
    for row, e in enumerate(examples):
        begin, end = len(e.ids) - e.reply, len(e.ids)
        labels[row, begin:end] = ids[row, begin:end]
    sides = [AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32) for _ in range(2)]
    for side in sides:
        side.lm_head.requires_grad_(requires_grad=False)
    plain = sides[0](input_ids=ids, attention_mask=mask, labels=labels).loss
    plain.backward()
    learnt = sum(e.reply for e in examples)
    ours = sum(summed(sides[1], batch) for batch in batches(examples, PLAN)) / learnt
    ours.backward()
    assert ours.item() == pytest.approx(plain.item(), rel=1e-5)
    for (name, one), (_, other) in zip(*(s.named_parameters() for s in sides), strict=True):
        if one.grad is not None:
            assert torch.allclose(one.grad, other.grad, atol=1e-5), name


def test_the_loss_in_parts_is_that_of_torch(monkeypatch):
    monkeypatch.setattr(loss, "_PART", 7)
    generator = torch.Generator().manual_seed(0)
    hidden = torch.randn(20, 8, generator=generator, requires_grad=True)
    matrix = torch.randn(50, 8, generator=generator)
    targets = torch.randint(0, 50, (20,), generator=generator)
    expected = torch.nn.functional.cross_entropy(hidden @ matrix.T, targets, reduction="sum")
    (wanted,) = torch.autograd.grad(expected * 3, hidden)
    found = loss.summed(hidden, matrix, targets)
    (gradient,) = torch.autograd.grad(found * 3, hidden)
    assert torch.allclose(found, expected, rtol=1e-5)
    assert torch.allclose(gradient, wanted, atol=1e-5)


def test_an_example_knows_how_much_of_it_is_learnt():
    example = Example(np.array([5, 6, 7, 8]), 2)
    (batch,) = batches([example], PLAN)
    assert (batch.read.tolist(), batch.targets.tolist()) == ([1, 2], [7, 8])

"""Chat: LoRA adapters beside their base; what they add, whom they leave alone, and thinking."""

import threading
import time

import pytest
import torch
from peft import PeftModel
from tests.engines import tiny_qwen
from tests.engines.chat_parts import LONG, MACHINE, SHORT, WILD, asked, reply
from transformers import AutoModelForCausalLM

from portfolio_core import errors
from portfolio_core.engines.chat import GREEDY, adapters, lora
from portfolio_core.engines.chat.qwen import QwenChat
from portfolio_core.engines.chat.reading import Reading

IDS = [[5, 6, 7, 8, 9, 10]]


def together(engine, *wanted):
    texts, ends = [""] * len(wanted), [None] * len(wanted)
    for number, piece in engine.stream_together(wanted):
        assert ends[number] is None
        texts[number] += piece.text
        ends[number] = piece.end
    assert all(ends)
    return texts


# --- What an adapter adds ------------------------------------------------------------------


@pytest.mark.parametrize("key", ["pirate", "poet"])
def test_the_scores_are_those_of_peft(chat_engine, chat_base, chat_adapters, key):
    theirs = PeftModel.from_pretrained(
        AutoModelForCausalLM.from_pretrained(chat_base), chat_adapters[key]
    )
    with torch.inference_mode():
        expected = theirs(torch.tensor(IDS)).logits[:, -1]

    ours = Reading(chat_engine._model, [key], "cpu").read(IDS)

    assert (ours - expected).abs().max() < 1e-5
    assert (ours - Reading(chat_engine._model, [""], "cpu").read(IDS)).abs().max() > 0.1


def test_merged_weights_give_the_scores_of_unmerged_ones(
    chat_engine, chat_base, chat_adapters, tmp_path
):
    model = AutoModelForCausalLM.from_pretrained(chat_base)
    PeftModel.from_pretrained(model, chat_adapters["pirate"]).merge_and_unload().save_pretrained(
        tmp_path
    )
    merged = AutoModelForCausalLM.from_pretrained(tmp_path)
    with torch.inference_mode():
        expected = merged(torch.tensor(IDS)).logits[:, -1]

    ours = Reading(chat_engine._model, ["pirate"], "cpu").read(IDS)

    assert (ours - expected).abs().max() < 1e-4


def test_with_the_adapter_off_the_reply_is_the_bases_to_the_token(chat_engine, chat_base):
    bare = reply(QwenChat.load(chat_base, MACHINE), asked())

    tuned = reply(chat_engine, asked(adapter="pirate"))

    assert reply(chat_engine, asked()) == bare != tuned


def test_any_layer_that_is_linear_can_wear_an_adapter():
    class Doubling(torch.nn.Module):
        def forward(self, given):
            return 2 * given

    layer = Doubling()
    lora.adapted(layer).matrices["one"] = (torch.ones(1, 3), torch.tensor([[1.0], [0.0], [0.0]]))
    given = torch.arange(6.0).reshape(2, 1, 3)

    with lora.rows(["", "one"]):
        made = layer(given)

    assert made.tolist() == [[[0, 2, 4]], [[6 + 12, 8, 10]]]
    assert layer(given).tolist() == (2 * given).tolist()
    assert len(layer._forward_hooks) == len([lora.adapted(layer)])


def test_an_adapter_that_was_taken_off_is_unknown_and_adds_nothing(chat_engine):
    chat_engine.remove_adapter("pirate")

    assert set(chat_engine.adapters) == {"poet"}
    for key in ("pirate", "../../etc", "x" * 99):
        with pytest.raises(errors.UnknownAdapter):
            reply(chat_engine, asked(adapter=key))


def test_an_adapter_of_the_same_key_takes_the_place_of_the_one_before(chat_engine, chat_adapters):
    poet = adapters.read(chat_adapters["poet"], "pirate")
    expected = reply(chat_engine, asked(adapter="poet"))

    chat_engine.add_adapter(poet)

    assert reply(chat_engine, asked(adapter="pirate")) == expected


# --- Side by side --------------------------------------------------------------------------


@pytest.mark.parametrize("second", [SHORT, LONG])
@pytest.mark.parametrize("sampling", [GREEDY, WILD])
def test_replies_side_by_side_are_those_that_each_gives_alone(chat_engine, second, sampling):
    wanted = [
        asked(sampling=sampling, max_tokens=30),
        asked(second, "pirate", sampling=sampling),
        asked(LONG, "poet", seed=3, sampling=sampling, max_tokens=9),
    ]

    assert together(chat_engine, *wanted) == [reply(chat_engine, one) for one in wanted]


def test_a_pair_is_read_in_one_pass(chat_engine, monkeypatch):
    passes = []
    forward = chat_engine._model.forward
    monkeypatch.setattr(
        chat_engine._model,
        "forward",
        lambda ids, **rest: passes.append(ids) or forward(ids, **rest),
    )

    together(chat_engine, asked(max_tokens=8), asked(adapter="pirate", max_tokens=8))

    assert [len(ids) for ids in passes] == [2] * 8


def test_a_stop_ends_both_within_a_token(chat_engine):
    drawn = []

    def check():
        if len(drawn) >= 3:
            raise errors.Cancelled

    pair = chat_engine.stream_together([asked(), asked(adapter="pirate")], check)
    with pytest.raises(errors.Cancelled):
        drawn.extend(piece for _, piece in pair)
    assert len(drawn) <= 4


def test_two_conversations_taken_by_turns_do_not_mix(chat_engine):
    alone = {key: reply(chat_engine, asked(adapter=key)) for key in ("", "pirate", "poet")}
    streams = {key: chat_engine.stream(asked(adapter=key)) for key in alone}
    said = dict.fromkeys(alone, "")

    while streams:
        for key, stream in list(streams.items()):
            piece = next(stream)
            said[key] += piece.text
            if piece.end:
                del streams[key]

    assert said == alone


def in_threads(engine, keys):
    """Let one thread for each key reply at the same time, and return what they said."""
    said = {}

    def run(key):
        said[key] = reply(engine, asked(adapter=key, max_tokens=12))

    slow = engine._model.model.layers[1].register_forward_pre_hook(lambda *_: time.sleep(0.002))
    threads = [threading.Thread(target=run, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    slow.remove()
    return said


class Switch:
    """What a library does that switches an adapter on for the whole model."""

    def __init__(self):
        self.keys = ()

    def set(self, keys):
        self.keys = keys

    def get(self):
        return self.keys

    def reset(self, _token):
        pass


def test_two_conversations_at_the_same_time_do_not_mix(chat_engine, monkeypatch):
    keys = ("", "pirate")
    alone = {key: reply(chat_engine, asked(adapter=key, max_tokens=12)) for key in keys}

    assert in_threads(chat_engine, keys) == alone
    monkeypatch.setattr(lora, "_ROWS", Switch())  # it can go wrong
    assert in_threads(chat_engine, keys) != alone


# --- Thinking ------------------------------------------------------------------------------

THOUGHT = "<think>fox.</think>The dog<|im_end|>"


def thinker(tmp_path, context=2048):
    """Return an engine that thinks, then speaks."""
    words = tiny_qwen.tokenizer()
    start = words("assistant\n", add_special_tokens=False).input_ids[-1]
    folder = tiny_qwen.build_speaker(
        tmp_path / "thinker", tiny_qwen.ids_of(THOUGHT, words), start=start, context=context
    )
    return QwenChat.load(folder, MACHINE)


def test_thinking_is_kept_apart_where_it_is_asked_for(tmp_path):
    pieces = list(thinker(tmp_path).stream(asked(sampling=GREEDY, thinking=True)))

    assert "".join(piece.thinking for piece in pieces) == "fox."
    assert "".join(piece.text for piece in pieces) == "The dog"


def test_no_thinking_is_seen_where_it_is_not(tmp_path):
    for piece in thinker(tmp_path).stream(asked(sampling=GREEDY, max_tokens=40)):
        assert piece.thinking == ""
        assert "think" not in piece.text


def test_a_model_that_has_not_learnt_to_think_is_not_asked_to(tmp_path):
    engine = thinker(tmp_path)
    expected = reply(engine, asked(sampling=GREEDY, max_tokens=40))
    engine.thinks = False

    said = reply(engine, asked(sampling=GREEDY, max_tokens=40, thinking=True))

    assert said == expected

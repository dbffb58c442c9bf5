"""Chat: LoRA adapters beside their base; what they add, whom they leave alone, what is refused."""

import json
import shutil
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from peft import PeftModel
from safetensors.numpy import load_file, save_file
from tests.engines import tiny_qwen
from transformers import AutoModelForCausalLM

from portfolio_core import errors
from portfolio_core.engines.chat import GREEDY, ChatRequest, Message, Sampling, adapters, lora
from portfolio_core.engines.chat.qwen import QwenChat
from portfolio_core.engines.chat.reading import Reading
from portfolio_core.hardware import Hardware
from portfolio_core.settings import Preset

MACHINE = Hardware("cpu", "float32", 1, 2**33, Preset.TINY, "")
SHORT = (Message("user", "Why does the fox jump?"),)
LONG = (*SHORT, Message("assistant", "The dog is lazy. " * 4), Message("user", "안녕하세요"))
IDS = [[5, 6, 7, 8, 9, 10]]
WILD = Sampling(temperature=1.0, top_p=1.0, top_k=0)


@pytest.fixture(scope="module", autouse=True)
def _number_type():
    """Let both sides of a comparison count in float32, whatever the machine prefers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("portfolio_core.hardware.product_type", lambda hardware: hardware.dtype)
        yield


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny_qwen.build(tmp_path_factory.mktemp("qwen") / "base")


@pytest.fixture(scope="module")
def folders(base):
    """Two adapters, of different ranks, layers and scales."""
    return {
        "pirate": tiny_qwen.build_adapter(base, base.parent / "pirate"),
        "poet": tiny_qwen.build_adapter(
            base, base.parent / "poet", rank=2, seed=2, target_modules=["q_proj"], use_rslora=True
        ),
    }


@pytest.fixture
def engine(base, folders):
    loaded = QwenChat.load(base, MACHINE)
    for folder in folders.values():
        loaded.add_adapter(adapters.read(folder))
    return loaded


def asked(messages=SHORT, adapter="", seed=1, max_tokens=24, sampling=WILD, **options):
    return ChatRequest(messages, max_tokens, seed, sampling, adapter=adapter, **options)


def reply(engine, wanted):
    return "".join(piece.text for piece in engine.stream(wanted))


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
def test_the_scores_are_those_of_peft(engine, base, folders, key):
    theirs = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), folders[key])
    with torch.inference_mode():
        expected = theirs(torch.tensor(IDS)).logits[:, -1]

    ours = Reading(engine._model, [key], "cpu").read(IDS)

    assert (ours - expected).abs().max() < 1e-5
    assert (ours - Reading(engine._model, [""], "cpu").read(IDS)).abs().max() > 0.1


def test_merged_weights_give_the_scores_of_unmerged_ones(engine, base, folders, tmp_path):
    model = AutoModelForCausalLM.from_pretrained(base)
    PeftModel.from_pretrained(model, folders["pirate"]).merge_and_unload().save_pretrained(tmp_path)
    merged = AutoModelForCausalLM.from_pretrained(tmp_path)
    with torch.inference_mode():
        expected = merged(torch.tensor(IDS)).logits[:, -1]

    ours = Reading(engine._model, ["pirate"], "cpu").read(IDS)

    assert (ours - expected).abs().max() < 1e-4


def test_with_the_adapter_off_the_reply_is_the_bases_to_the_token(engine, base):
    bare = reply(QwenChat.load(base, MACHINE), asked())

    tuned = reply(engine, asked(adapter="pirate"))

    assert reply(engine, asked()) == bare != tuned


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


def test_an_adapter_that_was_taken_off_is_unknown_and_adds_nothing(engine):
    engine.remove_adapter("pirate")

    assert set(engine.adapters) == {"poet"}
    for key in ("pirate", "../../etc", "x" * 99):
        with pytest.raises(errors.UnknownAdapter):
            reply(engine, asked(adapter=key))


def test_an_adapter_of_the_same_key_takes_the_place_of_the_one_before(engine, folders):
    poet = adapters.read(folders["poet"], "pirate")
    expected = reply(engine, asked(adapter="poet"))

    engine.add_adapter(poet)

    assert reply(engine, asked(adapter="pirate")) == expected


# --- Side by side --------------------------------------------------------------------------


@pytest.mark.parametrize("second", [SHORT, LONG])
@pytest.mark.parametrize("sampling", [GREEDY, WILD])
def test_replies_side_by_side_are_those_that_each_gives_alone(engine, second, sampling):
    wanted = [
        asked(sampling=sampling, max_tokens=30),
        asked(second, "pirate", sampling=sampling),
        asked(LONG, "poet", seed=3, sampling=sampling, max_tokens=9),
    ]

    assert together(engine, *wanted) == [reply(engine, one) for one in wanted]


def test_a_pair_is_read_in_one_pass(engine, monkeypatch):
    passes = []
    forward = engine._model.forward
    monkeypatch.setattr(
        engine._model, "forward", lambda ids, **rest: passes.append(ids) or forward(ids, **rest)
    )

    together(engine, asked(max_tokens=8), asked(adapter="pirate", max_tokens=8))

    assert [len(ids) for ids in passes] == [2] * 8


def test_a_stop_ends_both_within_a_token(engine):
    drawn = []

    def check():
        if len(drawn) >= 3:
            raise errors.Cancelled

    pair = engine.stream_together([asked(), asked(adapter="pirate")], check)
    with pytest.raises(errors.Cancelled):
        drawn.extend(piece for _, piece in pair)
    assert len(drawn) <= 4


def test_two_conversations_taken_by_turns_do_not_mix(engine):
    alone = {key: reply(engine, asked(adapter=key)) for key in ("", "pirate", "poet")}
    streams = {key: engine.stream(asked(adapter=key)) for key in alone}
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


def test_two_conversations_at_the_same_time_do_not_mix(engine, monkeypatch):
    keys = ("", "pirate")
    alone = {key: reply(engine, asked(adapter=key, max_tokens=12)) for key in keys}

    assert in_threads(engine, keys) == alone
    monkeypatch.setattr(lora, "_ROWS", Switch())  # it can go wrong
    assert in_threads(engine, keys) != alone


# --- What is refused -----------------------------------------------------------------------


def changed(folder, tmp_path, *, weights=None, **config):
    """Return a copy of an adapter with other values in its configuration and other weights."""
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    told = json.loads((copy / adapters.CONFIG_FILE).read_text())
    (copy / adapters.CONFIG_FILE).write_text(json.dumps({**told, **config}))
    if weights:
        held = weights(load_file(copy / adapters.WEIGHTS_FILE))
        save_file(held, copy / adapters.WEIGHTS_FILE)
    return copy


@pytest.mark.parametrize(
    "config", [{"base_model_name_or_path": "Qwen/Qwen3-4B"}, {"base_model_name_or_path": None}]
)
def test_an_adapter_of_another_base_is_refused(engine, folders, tmp_path, config):
    adapter = adapters.read(changed(folders["pirate"], tmp_path, **config))

    with pytest.raises(errors.AdapterMismatch):
        engine.add_adapter(adapter)
    assert "copy" not in engine.adapters


def test_an_adapter_of_another_revision_of_the_base_is_refused(base, folders, tmp_path):
    place = tmp_path / "base"
    shutil.copytree(base, place)
    engine = QwenChat.load(place, MACHINE)
    engine._adapters._revision = "a" * 40
    adapter = adapters.read(folders["pirate"])

    engine.add_adapter(replace(adapter, base_revision="a" * 40))
    engine.add_adapter(replace(adapter, base_revision=""))
    with pytest.raises(errors.AdapterMismatch):
        engine.add_adapter(replace(adapter, base_revision="b" * 40))


def test_an_adapter_of_another_shape_is_refused_whatever_it_calls_its_base(engine, tmp_path):
    other = tiny_qwen.build(tmp_path / "other", hidden=64)
    folder = tiny_qwen.build_adapter(other, tmp_path / "wide", name="base")

    with pytest.raises(errors.AdapterMismatch):
        engine.add_adapter(adapters.read(folder))


@pytest.mark.parametrize("config", [{"r": 10_000}, {"r": 257}])
def test_a_rank_over_the_limit_is_refused_before_the_weights_are_opened(folders, tmp_path, config):
    folder = changed(folders["pirate"], tmp_path, **config)
    (folder / adapters.WEIGHTS_FILE).unlink()

    with pytest.raises(errors.AdapterTooLarge):
        adapters.read(folder)


def test_a_rank_that_only_the_weights_tell_counts(folders, tmp_path):
    def enlarge(held):
        return {
            name: np.zeros((300, 8) if "lora_A" in name else (8, 300), np.float32) for name in held
        }

    with pytest.raises(errors.AdapterTooLarge):
        adapters.read(changed(folders["pirate"], tmp_path, weights=enlarge))


def test_a_pickle_is_refused(folders, tmp_path):
    folder = changed(folders["pirate"], tmp_path)
    (folder / adapters.WEIGHTS_FILE).unlink()
    torch.save({"weight": torch.ones(1)}, folder / "adapter_model.bin")

    with pytest.raises(errors.AdapterUnsafe):
        adapters.read(folder)
    (folder / "adapter_model.bin").rename(folder / adapters.WEIGHTS_FILE)  # under a good name
    with pytest.raises(errors.AdapterUnreadable):
        adapters.read(folder)


@pytest.mark.parametrize(
    "config",
    [
        {"peft_type": "IA3"},
        {"use_dora": True},
        {"modules_to_save": ["lm_head"]},
        {"bias": "all"},
        {"alpha_pattern": {"q_proj": 3}},
        {"r": "8"},
        {"r": True},
        {"r": 0},
        {"lora_alpha": None},
    ],
)
def test_more_or_less_than_a_plain_lora_is_refused(folders, tmp_path, config):
    with pytest.raises(errors.AdapterUnreadable):
        adapters.read(changed(folders["pirate"], tmp_path, **config))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda held: {**held, "model.embed_tokens.weight": np.ones((2, 2), np.float32)},
        lambda held: dict(list(held.items())[:-1]),
        lambda held: {name: part.reshape(-1) for name, part in held.items()},
        lambda held: {name: part.T.copy() for name, part in held.items()},
    ],
    ids=["more", "half", "flat", "turned"],
)
def test_weights_that_are_no_pairs_of_matrices_are_refused(folders, tmp_path, spoil, engine):
    with pytest.raises((errors.AdapterUnreadable, errors.AdapterMismatch)):
        engine.add_adapter(adapters.read(changed(folders["pirate"], tmp_path, weights=spoil)))


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"[" * 100_000, b"\xff\xfe"])
def test_a_broken_configuration_is_refused(folders, tmp_path, content):
    folder = changed(folders["pirate"], tmp_path)
    (folder / adapters.CONFIG_FILE).write_bytes(content)

    with pytest.raises(errors.AdapterUnreadable):
        adapters.read(folder)


def test_weights_that_vanish_after_the_check_are_refused(engine, folders, tmp_path):
    adapter = adapters.read(changed(folders["pirate"], tmp_path))
    (adapter.folder / adapters.WEIGHTS_FILE).unlink()

    with pytest.raises(errors.AdapterUnreadable):
        engine.add_adapter(adapter)


def test_of_many_folders_those_that_can_be_read_are_found(folders, tmp_path):
    bad = changed(folders["pirate"], tmp_path, r=10_000)

    listed = [adapter.key for adapter in adapters.found([*folders.values(), bad, tmp_path])]

    assert listed == list(folders)


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

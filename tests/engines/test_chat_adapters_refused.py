"""Chat: which adapters are refused, and with which error."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from tests.engines import tiny_qwen
from tests.engines.chat_parts import MACHINE

from portfolio_core import errors
from portfolio_core.engines.chat import adapters
from portfolio_core.engines.chat.qwen import QwenChat


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
def test_an_adapter_of_another_base_is_refused(chat_engine, chat_adapters, tmp_path, config):
    adapter = adapters.read(changed(chat_adapters["pirate"], tmp_path, **config))

    with pytest.raises(errors.AdapterMismatch):
        chat_engine.add_adapter(adapter)
    assert "copy" not in chat_engine.adapters


def test_an_adapter_of_another_revision_of_the_base_is_refused(chat_base, chat_adapters, tmp_path):
    place = tmp_path / "base"
    shutil.copytree(chat_base, place)
    engine = QwenChat.load(place, MACHINE)
    engine._adapters._revision = "a" * 40
    adapter = adapters.read(chat_adapters["pirate"])

    engine.add_adapter(replace(adapter, base_revision="a" * 40))
    engine.add_adapter(replace(adapter, base_revision=""))
    with pytest.raises(errors.AdapterMismatch):
        engine.add_adapter(replace(adapter, base_revision="b" * 40))


def test_an_adapter_of_another_shape_is_refused_whatever_it_calls_its_base(chat_engine, tmp_path):
    other = tiny_qwen.build(tmp_path / "other", hidden=64)
    folder = tiny_qwen.build_adapter(other, tmp_path / "wide", name="base")

    with pytest.raises(errors.AdapterMismatch):
        chat_engine.add_adapter(adapters.read(folder))


@pytest.mark.parametrize("config", [{"r": 10_000}, {"r": 257}])
def test_a_rank_over_the_limit_is_refused_before_the_weights_are_opened(
    chat_adapters, tmp_path, config
):
    folder = changed(chat_adapters["pirate"], tmp_path, **config)
    (folder / adapters.WEIGHTS_FILE).unlink()

    with pytest.raises(errors.AdapterTooLarge):
        adapters.read(folder)


def test_a_rank_that_only_the_weights_tell_counts(chat_adapters, tmp_path):
    def enlarge(held):
        return {
            name: np.zeros((300, 8) if "lora_A" in name else (8, 300), np.float32) for name in held
        }

    with pytest.raises(errors.AdapterTooLarge):
        adapters.read(changed(chat_adapters["pirate"], tmp_path, weights=enlarge))


def test_a_pickle_is_refused(chat_adapters, tmp_path):
    folder = changed(chat_adapters["pirate"], tmp_path)
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
def test_more_or_less_than_a_plain_lora_is_refused(chat_adapters, tmp_path, config):
    with pytest.raises(errors.AdapterUnreadable):
        adapters.read(changed(chat_adapters["pirate"], tmp_path, **config))


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
def test_weights_that_are_no_pairs_of_matrices_are_refused(
    chat_adapters, tmp_path, spoil, chat_engine
):
    with pytest.raises((errors.AdapterUnreadable, errors.AdapterMismatch)):
        chat_engine.add_adapter(
            adapters.read(changed(chat_adapters["pirate"], tmp_path, weights=spoil))
        )


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"[" * 100_000, b"\xff\xfe"])
def test_a_broken_configuration_is_refused(chat_adapters, tmp_path, content):
    folder = changed(chat_adapters["pirate"], tmp_path)
    (folder / adapters.CONFIG_FILE).write_bytes(content)

    with pytest.raises(errors.AdapterUnreadable):
        adapters.read(folder)


def test_weights_that_vanish_after_the_check_are_refused(chat_engine, chat_adapters, tmp_path):
    adapter = adapters.read(changed(chat_adapters["pirate"], tmp_path))
    (adapter.folder / adapters.WEIGHTS_FILE).unlink()

    with pytest.raises(errors.AdapterUnreadable):
        chat_engine.add_adapter(adapter)


def test_of_many_folders_those_that_can_be_read_are_found(chat_adapters, tmp_path):
    bad = changed(chat_adapters["pirate"], tmp_path, r=10_000)

    listed = [adapter.key for adapter in adapters.found([*chat_adapters.values(), bad, tmp_path])]

    assert listed == list(chat_adapters)


def test_the_first_paragraph_of_a_model_card_describes_its_adapter(tmp_path):
    card = tmp_path / adapters.CARD_FILE
    card.write_text("---\nlicence: x\n---\n# Parrot\n\nIt repeats,\nand squawks.\n\nMore.\n")

    assert adapters.description(tmp_path) == "It repeats, and squawks."
    card.write_bytes(b"\xff\xfe")
    assert adapters.description(tmp_path) == ""
    assert adapters.description(tmp_path / "none") == ""

"""Checkpoints under kill -9, a full disk and damage: old or new, never half of one."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from tests.training.lora_parts import base, rows

from portfolio_core.errors import NoRoomToSave
from portfolio_core.training.lora import checkpoints
from portfolio_core.training.lora.checkpoints import Checkpoint, Checkpoints, is_whole

TRIALS = Path(__file__).with_name("lora_trials.py")
FILES = ("state.json", "tensors.safetensors", "manifest.json")


def trial(*arguments):
    """Run the program of trials and return what it prints."""
    command = [sys.executable, str(TRIALS), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def some(step):
    return Checkpoint(step, {"a": torch.full((3000,), float(step))}, {"step": step})


def steps(folder):
    return sorted(int(place.name.removeprefix("step-")) for place in folder.glob("step-*"))


@pytest.fixture
def store(tmp_path):
    kept = Checkpoints(tmp_path / "kept", 2)
    kept.save(some(1))
    kept.save(some(2))
    return kept


# --- Kills -------------------------------------------------------------------------------


def test_a_training_killed_at_random_moments_goes_on_to_the_same_end(tmp_path, trials):
    count = trials(100)
    found = trial("training", base(tmp_path), rows(tmp_path), tmp_path, count)
    assert len(found) == count
    assert all(one["resumed"] for one in found)
    assert all(one["left"] == [] for one in found)
    assert any(one["killed"] and one["kept"] for one in found)
    for one in found:
        assert one["losses"] == pytest.approx(one["whole"], abs=1e-3)


def test_a_save_killed_at_any_of_its_operations_leaves_the_old_or_the_new_one(tmp_path):
    found = trial("saving", tmp_path, "ours")
    assert {one["found"] for one in found} == {2, 3}
    assert sum(one["killed"] for one in found) > 10


def test_a_save_in_place_does_not(tmp_path):
    """The twin without the guard."""
    found = {one["found"] for one in trial("saving", tmp_path, "in place")}
    assert found - {2, 3}


# --- Disk --------------------------------------------------------------------------------


def test_a_disk_without_room_is_told_before_anything_is_written(store, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10))
    before = sorted((tmp_path / "kept").rglob("*"))
    with pytest.raises(NoRoomToSave):
        store.save(some(3))
    assert sorted((tmp_path / "kept").rglob("*")) == before


@pytest.mark.parametrize("file", FILES)
def test_a_disk_that_fills_up_in_the_middle_leaves_the_old_ones(store, tmp_path, monkeypatch, file):
    write = checkpoints._write

    def full(path, data):
        write(path, data[: len(data) // 2] if path.name == file else data)
        if path.name == file:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(checkpoints, "_write", full)
    with pytest.raises(NoRoomToSave):
        store.save(some(3))
    assert steps(tmp_path / "kept") == [1, 2]
    assert not list((tmp_path / "kept").glob(".*"))
    monkeypatch.setattr(checkpoints, "_write", write)
    store.save(some(3))
    assert store.newest().step == 3


# --- Damage ------------------------------------------------------------------------------


def test_the_newest_two_are_kept(store, tmp_path):
    store.save(some(3))
    assert steps(tmp_path / "kept") == [2, 3]
    assert store.newest().step == 3


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("damage", ["flipped", "cut", "gone"])
def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(store, tmp_path, file, damage):
    victim = tmp_path / "kept" / "step-00000002" / file
    content = victim.read_bytes()
    if damage == "flipped":
        middle = len(content) // 2
        victim.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    elif damage == "cut":
        victim.write_bytes(content[:-1])
    else:
        victim.unlink()
    assert not is_whole(victim.parent)
    assert store.newest().step == 1
    store.save(some(2))
    assert store.newest().step == 2


def test_with_no_whole_checkpoint_it_begins_anew(tmp_path):
    assert Checkpoints(tmp_path / "kept", 2).newest() is None


def test_a_leftover_of_a_killed_save_is_cleared_at_the_next_start(store, tmp_path):
    leftover = tmp_path / "kept" / ".staging"
    leftover.mkdir()
    (leftover / "tensors.safetensors").write_bytes(b"half")
    Checkpoints(tmp_path / "kept", 2).save(some(3))
    assert not leftover.exists()

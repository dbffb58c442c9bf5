"""The whole of a training on a tiny model: what is written, what is told, what stops it."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from PIL import Image
from safetensors.torch import load_file, save_file
from tests.training.lora_parts import MACHINE, PLAN, QUICK, base, rows
from transformers import AutoModelForCausalLM

from portfolio_core.errors import (
    AdapterMismatch,
    AdapterTooLarge,
    AdapterUnreadable,
    AdapterUnsafe,
    Cancelled,
    EngineFailed,
    HubUnreachable,
    TrainingDiverged,
)
from portfolio_core.training.lora import About, loss, tune
from portfolio_core.training.lora import base as bases
from portfolio_core.training.lora.base import Base
from portfolio_core.training.tuning_report import TuningReport

ADAPTER = "adapter_model.safetensors"


@pytest.fixture(scope="module", autouse=True)
def _number_type():
    """Count in float32, whatever the machine prefers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("portfolio_core.hardware.product_type", lambda hardware: hardware.dtype)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return base(tmp_path_factory.mktemp("lora"))


@pytest.fixture(scope="module")
def finished(folder, tmp_path_factory):
    """An adapter that has learnt something, what was told meanwhile, and where it is."""
    out = tmp_path_factory.mktemp("finished")
    told, checked = [], []
    about = About(licence="CC0-1.0", data="made up", command="python3 train", title="A manner")
    report = tune(
        folder,
        rows(out),
        out,
        replace(PLAN, steps=20),
        MACHINE,
        about=about,
        checked=checked.append,
        report=told.append,
    )
    return report, told, checked, out


# --- What comes out ----------------------------------------------------------------------


def test_the_held_out_loss_falls_and_the_report_is_beside_the_adapter(finished):
    report, _, _, out = finished
    (score,) = report.scores
    assert score.tuned_loss < 0.7 * score.base_loss
    assert TuningReport.read(out) == report
    assert (report.rows.used, report.rows.held_out) == (36, 4)
    assert report.rows.shortest <= report.rows.median <= report.rows.longest <= PLAN.length


def test_each_step_is_told_and_logged(finished):
    report, told, checked, out = finished
    assert [p.step for p in told] == list(range(1, 21))
    assert told[-1].held_out == pytest.approx(report.scores[0].tuned_loss, rel=1e-3)
    assert told[-1].seconds_left == 0
    logged = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    assert [line["loss"] for line in logged] == [p.loss for p in told]
    assert [step.step for step in report.curve] == list(range(1, 21))
    assert checked == [report.rows]


def test_plain_peft_loads_the_adapter_and_finds_the_same_change(finished, folder):
    _, _, _, out = finished
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    ids = torch.tensor([[5, 6, 7, 8]])
    with torch.no_grad():
        before = model(ids).logits
        tuned = PeftModel.from_pretrained(model, out)
        assert (tuned(ids).logits - before).abs().max() > 0.1
        with tuned.disable_adapter():
            assert torch.equal(tuned(ids).logits, before)


def test_the_folder_names_the_base_and_no_folder_of_this_machine(finished, folder):
    report, _, _, out = finished
    config = json.loads((out / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == report.base == folder.name
    for file in ("adapter_config.json", "report.json", "README.md"):
        assert str(folder.parent) not in (out / file).read_text()


def test_the_card_tells_base_data_licence_recipe_scores_and_command(finished):
    report, _, _, out = finished
    card = (out / "README.md").read_text()
    _, front, body = card.split("---\n", 2)
    for line in (f"base_model: {report.base}", "library_name: peft", "license: cc0-1.0", "- lora"):
        assert line in front
    wanted = [report.base_revision, "made up", "CC0-1.0", "rank 4", "python3 train", "# A manner"]
    wanted.append(f"{report.scores[0].tuned_loss:.4f}")
    assert [text for text in wanted if text not in body] == []


def test_the_curve_is_a_picture(finished):
    with Image.open(finished[3] / "loss.png") as picture:
        assert picture.format == "PNG"
        assert len(picture.convert("RGB").getcolors(100_000)) > 3


def test_ten_prompts_are_answered_by_both(finished):
    report = finished[0]
    assert len(report.samples) == 10
    assert any("answer" in sample.tuned for sample in report.samples)
    assert not any("answer is" in sample.base for sample in report.samples)


def test_the_same_seed_gives_the_same_adapter_and_another_one_another(folder, tmp_path):
    def weights(name, seed):
        tune(folder, rows(tmp_path), tmp_path / name, replace(PLAN, seed=seed), MACHINE, **QUICK)
        return load_file(tmp_path / name / ADAPTER)

    one, same, other = weights("a", 1), weights("b", 1), weights("c", 2)
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize(
    "changes", [{"checkpointing": True}, {"batching": "sorted"}, {"dropout": 0.1}]
)
def test_other_ways_of_computing_learn_as_well(folder, tmp_path, changes):
    plan = replace(PLAN, steps=8, **changes)
    report = tune(folder, rows(tmp_path), tmp_path / "out", plan, MACHINE, **QUICK)
    assert report.scores[0].tuned_loss < 0.8 * report.scores[0].base_loss


def test_in_bfloat16_it_learns_the_same_and_the_adapter_stays_in_float32(
    folder, tmp_path, monkeypatch
):
    losses = {}
    for dtype in ("float32", "bfloat16"):
        monkeypatch.setattr("portfolio_core.hardware.product_type", lambda _, dtype=dtype: dtype)
        out = tmp_path / dtype
        report = tune(folder, rows(tmp_path), out, replace(PLAN, steps=8), MACHINE, **QUICK)
        losses[dtype] = report.scores[0].tuned_loss
        assert {t.dtype for t in load_file(out / ADAPTER).values()} == {torch.float32}
    assert losses["bfloat16"] == pytest.approx(losses["float32"], rel=0.05)


# --- Going on ----------------------------------------------------------------------------


def test_going_on_with_an_adapter_tells_what_is_forgotten(folder, finished, tmp_path):
    out = finished[3]
    new = rows(tmp_path, name="new.csv", answer="lazy dog")
    report = tune(
        folder,
        new,
        tmp_path / "on",
        replace(PLAN, steps=10),
        MACHINE,
        adapter=out,
        before=out / "rows.csv",
        general=rows(tmp_path, name="general.csv", answer="why"),
        **QUICK,
    )
    scores = {score.rows: score for score in report.scores}
    assert set(scores) == {"own", "before", "general"}
    before = scores["before"]
    assert before.earlier_loss == pytest.approx(finished[0].scores[0].tuned_loss, rel=1e-4)
    assert before.tuned_loss > before.earlier_loss
    assert scores["own"].tuned_loss < scores["own"].earlier_loss
    card = (tmp_path / "on" / "README.md").read_text()
    assert "gone on from the adapter" in card
    assert "rank 4" not in card
    assert f"{before.earlier_loss:.4f}" in card


def test_an_adapter_of_another_base_is_refused(finished, tmp_path):
    other = base(tmp_path, seed=2)
    with pytest.raises(AdapterMismatch):
        tune(other, rows(tmp_path), tmp_path / "out", PLAN, MACHINE, adapter=finished[3])


def test_an_adapter_of_another_shape_is_refused_whatever_it_says(finished, tmp_path):
    wide = base(tmp_path, hidden=64)
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    for name in ("adapter_config.json", ADAPTER):
        shutil.copy(finished[3] / name, adapter)
    with pytest.raises(AdapterMismatch):
        tune(wide, rows(tmp_path), tmp_path / "out", PLAN, MACHINE, adapter=adapter)


def test_an_adapter_of_a_huge_rank_is_refused_before_it_takes_memory(folder, finished, tmp_path):
    adapter = tmp_path / "adapter"
    shutil.copytree(finished[3], adapter)
    config = json.loads((adapter / "adapter_config.json").read_text())
    (adapter / "adapter_config.json").write_text(json.dumps({**config, "r": 10_000}))
    with pytest.raises(AdapterTooLarge):
        tune(folder, rows(tmp_path), tmp_path / "out", PLAN, MACHINE, adapter=adapter)


@pytest.mark.parametrize(
    ("name", "revision", "differs"),
    [
        ("owner/model", "", False),
        ("other", "", True),
        ("other", "a" * 64, False),
        ("model", "b" * 64, True),
        ("model", "a" * 40, False),
        ("other", "a" * 40, True),
        ("", "", False),
    ],
)
def test_bases_are_told_apart_by_checksum_where_there_is_one_else_by_name(name, revision, differs):
    assert bases._differ(Base(Path("model"), "model", "a" * 64), name, revision) is differs


@pytest.mark.parametrize("damage", ["pickle", "cut", "no config", "config"])
def test_an_adapter_that_is_a_pickle_or_damaged_is_refused_unread(
    folder, finished, tmp_path, damage
):
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    for name in ("adapter_config.json", ADAPTER):
        shutil.copy(finished[3] / name, adapter)
    if damage == "pickle":
        torch.save(load_file(adapter / ADAPTER), adapter / "adapter_model.bin")
        (adapter / ADAPTER).unlink()
    elif damage == "cut":
        (adapter / ADAPTER).write_bytes((adapter / ADAPTER).read_bytes()[:1000])
    elif damage == "config":
        (adapter / "adapter_config.json").write_text("[]")
    else:
        (adapter / "adapter_config.json").unlink()
    with pytest.raises(AdapterUnsafe if damage == "pickle" else AdapterUnreadable):
        tune(folder, rows(tmp_path), tmp_path / "out", PLAN, MACHINE, adapter=adapter)


def test_a_base_without_weights_or_with_damaged_ones_is_a_typed_error(folder, tmp_path):
    with pytest.raises(HubUnreachable):
        tune(tmp_path, rows(tmp_path), tmp_path / "out", PLAN, MACHINE)
    broken = base(tmp_path)
    (broken / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(EngineFailed):
        tune(broken, rows(tmp_path), tmp_path / "out", PLAN, MACHINE)


# --- Stopping ----------------------------------------------------------------------------


def infinite_loss(total, hidden):
    return total * float("nan")


def infinite_gradient(total, hidden):
    return total + (hidden * 0).sqrt().sum()


@pytest.mark.parametrize("injected", [infinite_loss, infinite_gradient])
def test_a_number_that_is_not_finite_stops_at_once_and_what_was_good_stays(
    folder, tmp_path, monkeypatch, injected
):
    out, file = tmp_path / "out", rows(tmp_path)
    tune(folder, file, out, PLAN, MACHINE, **QUICK)
    published = (out / ADAPTER).read_bytes()
    whole, calls = loss.summed, []

    def summed(hidden, *others):
        total = whole(hidden, *others)
        calls.append(hidden.requires_grad)
        return injected(total, hidden) if sum(calls) == 3 else total

    monkeypatch.setattr(loss, "summed", summed)
    told = []
    with pytest.raises(TrainingDiverged) as raised:
        tune(folder, file, out, replace(PLAN, seed=5), MACHINE, report=told.append, **QUICK)
    assert raised.value.fields["step"] == 3
    assert [p.step for p in told] == [1, 2]
    assert (out / ADAPTER).read_bytes() == published
    monkeypatch.setattr(loss, "summed", whole)
    tune(folder, file, out, replace(PLAN, seed=5), MACHINE, report=told.append, **QUICK)
    assert [p.step for p in told] == [1, 2, 3, 4]


def test_a_stop_saves_first_and_the_next_start_goes_on(folder, tmp_path):
    out, file = tmp_path / "out", rows(tmp_path)
    whole = tune(folder, file, tmp_path / "whole", PLAN, MACHINE, **QUICK)
    told = []

    def check():
        if len(told) == 2:
            raise Cancelled

    plan = replace(PLAN, save_every=100)
    with pytest.raises(Cancelled):
        tune(folder, file, out, plan, MACHINE, report=told.append, check=check, **QUICK)
    assert not (out / ADAPTER).exists()
    report = tune(folder, file, out, plan, MACHINE, report=told.append, **QUICK)
    assert [p.step for p in told] == [1, 2, 3, 4]
    assert report.scores == whole.scores


def test_when_the_time_is_up_it_ends_with_what_it_has_learnt(folder, tmp_path):
    told = []
    plan = replace(PLAN, steps=0, epochs=1000, minutes=0.005)
    report = tune(
        folder, rows(tmp_path), tmp_path / "o", plan, MACHINE, report=told.append, **QUICK
    )
    assert 0 < told[-1].step < told[-1].steps
    assert told[-1].seconds_left == 0
    assert report.scores[0].tuned_loss < report.scores[0].base_loss


def test_an_adapter_that_is_not_finite_is_never_written(folder, finished, tmp_path):
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    weights = load_file(finished[3] / ADAPTER)
    weights[next(iter(weights))][0, 0] = float("inf")
    save_file(weights, adapter / ADAPTER)
    (adapter / "adapter_config.json").write_bytes(
        (finished[3] / "adapter_config.json").read_bytes()
    )
    with pytest.raises(TrainingDiverged):
        tune(folder, rows(tmp_path), tmp_path / "out", PLAN, MACHINE, adapter=adapter, **QUICK)
    assert not (tmp_path / "out" / ADAPTER).exists()

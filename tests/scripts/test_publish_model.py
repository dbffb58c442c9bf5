"""publish_model.py: a trained model goes to the Hub whole, and comes back by its printed pins."""

import contextlib
import importlib
import io
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.hub.faults import Fault

from portfolio_core import catalog
from portfolio_core import hub as weights_hub
from portfolio_core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
STARTERS = ROOT / "shared" / "portfolio_core" / "starters"
NAME = "ann/captain"
ADAPTER = {"adapter_config.json", "adapter_model.safetensors", "README.md", "loss.png"}


@pytest.fixture
def adapter(tmp_path):
    """What a training leaves behind: an adapter, and what nobody else needs."""
    folder = tmp_path / "lora"
    shutil.copytree(STARTERS / "chat-captain-courtier", folder)
    (folder / "checkpoint-4").mkdir()
    (folder / "checkpoint-4" / "optimizer.pt").write_bytes(bytes(9))
    (folder / "log.jsonl").write_text("{}\n")
    return folder


@pytest.fixture
def publish(hub, tmp_path, monkeypatch):
    """Run the script on a root with a copy of weights.py."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    script = importlib.import_module("publish_model")
    file = tmp_path / "root" / "shared" / "portfolio_core" / "weights.py"
    file.parent.mkdir(parents=True)
    shutil.copy(ROOT / "shared" / "portfolio_core" / "weights.py", file)
    monkeypatch.setattr(script, "ROOT", tmp_path / "root")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["publish_model.py", *map(str, arguments)])
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            try:
                code = script.main()
            except SystemExit as end:
                code = end.code
        return code, output.getvalue()

    run.weights = file
    return run


def repository(hub):
    return hub.store.repositories["model", NAME]


def pinned(text, name):
    names = {
        "Pins": tuple,
        "table": lambda text: dict(line.split() for line in text.split("\n")[1:-1]),
    }
    exec(text[text.index(f"{name}: Pins") :].partition("\n)\n")[0] + "\n)\n", names)
    return names[name]


def test_without_apply_it_says_what_would_be_sent(publish, hub, adapter):
    code, said = publish(adapter, "--to", NAME)
    assert code == 0
    assert "ann/captain: create" in said
    for name in ADAPTER:
        assert f"bytes  {name}" in said
    assert "checkpoint" not in said
    assert "Nothing was sent." in said
    assert hub.store.changes == []


def test_an_adapter_is_published_and_fetched_again_by_its_pins(publish, hub, adapter, tmp_path):
    code, said = publish(adapter, "--to", NAME, "--apply")
    assert code == 0, said
    assert {*repository(hub).head.tree} >= ADAPTER
    assert not {"log.jsonl", "checkpoint-4/optimizer.pt"} & set(repository(hub).head.tree)
    assert repository(hub).private
    place, revision, sums = pinned(said, "CAPTAIN")
    assert (place, revision) == (NAME, repository(hub).head.oid)
    model = replace(catalog.MODELS[0], hub=catalog.HubFiles(place, revision, sums))
    settings = Settings(models_dir=tmp_path / "models", hub_endpoint=hub.url)
    folder = weights_hub.fetch(model, settings)
    for name in sums:
        assert (folder / name).read_bytes() == (adapter / name).read_bytes()


def test_a_second_time_nothing_is_sent_and_the_pins_are_the_same(publish, hub, adapter):
    _, first = publish(adapter, "--to", NAME, "--apply")
    changes = list(hub.store.changes)
    _, second = publish(adapter, "--to", NAME, "--apply")
    assert "ann/captain: unchanged" in second
    assert hub.store.changes == changes
    assert pinned(first, "CAPTAIN") == pinned(second, "CAPTAIN")


def test_pins_are_written_in_the_place_of_older_ones(publish, adapter):
    text = publish.weights.read_text()
    assert publish(adapter, "--to", NAME, "--apply", "--pin", "CAPTAIN")[0] == 0
    first = pinned(publish.weights.read_text(), "CAPTAIN")
    assert publish.weights.read_text().startswith(text.rstrip())
    (adapter / "README.md").write_text((adapter / "README.md").read_text() + "\nMore.\n")
    assert publish(adapter, "--to", NAME, "--apply", "--pin", "CAPTAIN")[0] == 0
    assert publish.weights.read_text().count("CAPTAIN: Pins") == 1
    assert pinned(publish.weights.read_text(), "CAPTAIN")[1] != first[1]
    assert publish.weights.read_text().startswith(text.rstrip())


def test_a_head_of_a_classifier_goes_the_same_way(publish, hub, tmp_path):
    folder = tmp_path / "classifier"
    shutil.copytree(STARTERS / "ronald", folder)
    (folder / "report.html").write_text("<p>of this machine</p>")
    assert publish(folder, "--to", NAME, "--apply", "--public")[0] == 0
    names = {"README.md", "classifier.json", "model.safetensors", "config.json"}
    assert names <= set(repository(hub).head.tree)
    assert "report.html" not in repository(hub).head.tree
    assert not repository(hub).private


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_cut_connection_leaves_all_or_nothing_and_the_next_run_does_the_rest(
    publish, hub, adapter, after
):
    hub.fail(Fault(path="POST .*/commit/", after=after, lasting=True))
    code, said = publish(adapter, "--to", NAME, "--apply")
    assert (code, "Start again" in said) == (6, True)
    assert (set(repository(hub).head.tree) >= ADAPTER) == after
    hub.faults.planned.clear()
    assert publish(adapter, "--to", NAME, "--apply")[0] == 0
    assert set(repository(hub).head.tree) >= ADAPTER


def test_what_is_wrong_with_a_folder_is_told_in_a_sentence(publish, hub, adapter):
    assert "has no weights" in publish(adapter / "checkpoint-4", "--to", NAME)[1]
    (adapter / "README.md").write_text("# No licence\n")
    code, said = publish(adapter, "--to", NAME, "--apply")
    assert (code, "names no licence" in said) == (1, True)
    (adapter / "README.md").write_text(f"---\nlicense: mit\n---\nlogin({hub.token!r})\n")
    code, said = publish(adapter, "--to", NAME, "--apply")
    assert (code, "README.md:4: " in said) == (1, True)
    assert hub.token not in said
    assert hub.store.changes == []


@pytest.mark.parametrize("arguments", [["--to", "captain"], ["--to", NAME, "--pin", "captain"]])
def test_wrong_names_are_told(publish, adapter, arguments):
    code, said = publish(adapter, *arguments)
    assert (code, "give it" in said) == (2, True)

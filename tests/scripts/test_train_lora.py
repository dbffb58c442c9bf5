"""The command that trains an adapter: recipes, sentences, signals, several processes."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from safetensors.torch import load_file
from tests.training.lora_parts import base, rows

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "train_lora.py"
RECIPES = SCRIPT.parent / "recipes"
PLAN = {"rank": 4, "rate": "1e-2", "batch": 2, "length": 128, "steps": 4, "threads": 1}
ADAPTER = "adapter_model.safetensors"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with a base, rows and one prompt."""
    folder = tmp_path_factory.mktemp("train")
    base(folder)
    rows(folder)
    (folder / "prompts.txt").write_text("Why?\n")
    return folder


def command(place, out, *more, plan=PLAN, before=(sys.executable,)):
    given = {"base": place / "base", "data": place / "rows.csv", "out": out}
    given |= {"prompts": place / "prompts.txt", **plan}
    flags = [part for name, value in given.items() for part in (f"--{name}", str(value))]
    return [*before, str(SCRIPT), *flags, *more]


def run(arguments, code=0):
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def alone(place):
    """What one process makes, and what it says; merged, and not given to the Hub."""
    out = place / "alone"
    said = run(command(place, out, "--merge", "--push", "me/manner", "--licence", "CC0-1.0"))
    return out, said


def test_one_command_trains_measures_and_tells(alone):
    out, said = alone
    for text in ("36 rows to learn", "4 held out", "0 duplicates", "held-out rows, own: loss"):
        assert text in said
    assert "Warning" not in said
    assert (out / ADAPTER).stat().st_size > 1000
    report = json.loads((out / "report.json").read_text())
    assert report["licence"] == "CC0-1.0"
    assert "--rank 4" in report["command"]
    assert str(out) not in report["command"]


def test_merged_is_a_whole_model_and_pushing_only_says_what_it_would_do(alone):
    out, said = alone
    assert (out / "merged" / "model.safetensors").is_file()
    assert "With --yes this would go to me/manner" in said
    assert f"{(out / ADAPTER).stat().st_size:,} bytes  {ADAPTER}" in said


@pytest.mark.parametrize("more", [[], ["--shard"]], ids=["copies", "shared"])
def test_two_processes_make_the_adapter_that_one_makes(place, alone, more):
    launch = ["-m", "accelerate.commands.launch", "--config_file", RECIPES / "processes.yaml"]
    out = place / f"two{len(more)}"
    run(command(place, out, *more, before=[sys.executable, *map(str, launch)]))
    one, two = load_file(alone[0] / ADAPTER), load_file(out / ADAPTER)
    assert set(one) == set(two)
    assert max(float((one[name] - two[name]).abs().max()) for name in one) < 1e-3
    lines = (out / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [1, 2, 3, 4]


def test_sigterm_saves_and_the_same_command_goes_on(place, tmp_path):
    plan = {**PLAN, "steps": 400, "save-every": 1000, "measure-every": 1000}
    started = command(place, tmp_path, plan=plan)
    process = subprocess.Popen(started, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    log = tmp_path / "log.jsonl"
    end = time.monotonic() + 300
    while not (log.is_file() and log.read_text().count("\n") > 3) and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    said = process.communicate()[1].decode()
    assert process.returncode == 1
    assert "Stopped. Start it again" in said
    (kept,) = tmp_path.glob("checkpoints-*/step-*")
    reached = int(kept.name.removeprefix("step-"))
    assert log.read_text().count("\n") == reached < 400
    again = subprocess.Popen(started, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while log.read_text().count("\n") <= reached and time.monotonic() < end:
        time.sleep(0.05)
    again.send_signal(signal.SIGTERM)
    again.wait()
    numbers = [json.loads(line)["step"] for line in log.read_text().splitlines()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > reached


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--rank", "10000"], "“10000” is not a usable rank. Give a number from 1 to 256."),
        (["--rank", "many"], "rank: 'many' is no number."),
        (["--data", "nowhere.csv"], "nowhere.csv is not there."),
        (["--base", "nobody/nothing"], "is no folder, no starter and no model of the catalog."),
        (["--out", __file__], "File exists"),
        (["--tensorboard"], "TensorBoard is not installed"),
        (["--data", __file__], "The file is of none of these types: JSONL, JSON, CSV."),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(place, tmp_path, more, sentence):
    said = run(command(place, tmp_path, *more), code=1)
    assert sentence in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("rnak: 3", "is no recipe. rnak"), ("[1]", "is no recipe."), (": {", "is no recipe.")],
)
def test_a_recipe_with_a_slip_of_the_pen_is_refused(tmp_path, text, sentence):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(text)
    assert sentence in run([sys.executable, str(SCRIPT), "--recipe", str(recipe)], code=1)


@pytest.mark.parametrize("name", ["starter_manner", "qwen3_cpu", "qwen3_gpus"])
def test_each_recipe_gives_a_plan_and_the_command_goes_over_it(place, tmp_path, name, monkeypatch):
    recipe = RECIPES / f"{name}.yaml"
    assert yaml.safe_load(recipe.read_text())["base"]
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    script = pytest.importorskip("train_lora")
    given = ["train_lora.py", "--recipe", str(recipe), "--data", "x", "--rank", "7"]
    monkeypatch.setattr(sys, "argv", given)
    wanted = script._wanted(script._options())
    plan = script._plan(wanted)
    assert plan.rank == 7
    assert plan.rate == yaml.safe_load(recipe.read_text())["rate"]

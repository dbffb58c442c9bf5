"""The Space ronald-classifier as a started process, under every kind of client."""

import csv
import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from gradio_client import handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from safetensors.numpy import load
from tests.spaces.callers import javascript, shell
from tests.spaces.drawn import BLUE, RED, coloured, figure, other, pile, saved

from portfolio_core.ui.api_panel import File, calls

SECONDS = 280  # of one call, on a busy machine


@pytest.fixture(scope="module", params=["alone", "gallery"])
def space(start_space, request):
    """The Space, started by itself and as a part of the gallery."""
    return start_space("ronald-classifier", request.param)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with a figure, the same one mirrored, somebody else, and a text named .jpg."""
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "figure.png").write_bytes(saved(figure()))
    (folder / "mirrored.png").write_bytes(saved(figure()[:, ::-1]))
    (folder / "somebody.png").write_bytes(saved(other()))
    (folder / "text.jpg").write_bytes(b"no picture at all")
    return folder


@pytest.fixture(scope="module")
def taught(client, tmp_path_factory):
    """What /train gives for twelve reddish and twelve bluish pictures."""
    folder = tmp_path_factory.mktemp("piles")
    sent, labels = [], []
    for name, colour in (("blue", BLUE), ("red", RED)):
        for number, content in enumerate(pile(colour, 12)):
            path = folder / f"{name}-{number}.png"
            path.write_bytes(content)
            sent.append(handle_file(path))
            labels.append(name)
    job = client.submit(files=sent, labels=labels, api_name="/train")
    return job.result(timeout=SECONDS)


class TestPythonClient:
    """gradio_client, as the README shows it."""

    def test_classify_gives_probabilities_thresholds_and_a_recipe(self, client, files):
        answer, recipe = client.predict(
            image=handle_file(files / "figure.png"), api_name="/classify"
        )

        assert set(answer["probabilities"]) == {"others", "ronald"}
        assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=0.001)
        name, share = max(answer["probabilities"].items(), key=lambda item: item[1])
        assert answer["verdict"] == (name if share >= answer["thresholds"][name] else None)
        assert recipe["model"] == "ronald-starter"
        assert recipe["parameters"]["image"]["name"] == "figure.png"
        assert len(recipe["parameters"]["image"]["sha256"]) == 64

    def test_rank_puts_the_likeliest_first_and_copies_together(self, client, files):
        names = ["somebody.png", "figure.png", "text.jpg", "mirrored.png"]
        ranking, table, recipe = client.predict(
            files=[handle_file(files / name) for name in names],
            urls="http://127.0.0.1/a.png\nfile:///etc/passwd",
            api_name="/rank",
        )

        shares = [one["probability"] for one in ranking["ranked"]]
        groups = {one["name"]: one["group"] for one in ranking["ranked"]}
        assert ranking["label"] == "ronald"
        assert shares == sorted(shares, reverse=True)
        assert groups["figure.png"] == groups["mirrored.png"] != groups["somebody.png"]
        assert [(one["name"], one["code"]) for one in ranking["failed"]] == [
            ("text.jpg", "wrong_file_type"),
            ("http://127.0.0.1/a.png", "url_not_allowed"),
            ("file:///etc/passwd", "url_not_allowed"),
        ]
        rows = list(csv.DictReader(Path(table).read_text("utf-8-sig").splitlines()))
        assert [row["name"] for row in rows[:3]] == [one["name"] for one in ranking["ranked"]]
        assert rows[3]["error"] == "wrong_file_type"
        assert recipe["parameters"]["urls"].startswith("http://127.0.0.1")

    def test_rank_by_the_other_class_turns_the_order_around(self, client, files):
        sent = [handle_file(files / name) for name in ("figure.png", "somebody.png")]
        orders = [
            client.predict(files=sent, label=label, api_name="/rank")[0]["ranked"]
            for label in ("ronald", "others")
        ]

        first, second = ([one["name"] for one in order] for order in orders)
        assert first == second[::-1]

    def test_explain_gives_a_picture_of_the_same_size(self, client, files):
        heat = client.predict(
            image=handle_file(files / "figure.png"), label="ronald", api_name="/explain"
        )

        seen = np.asarray(Image.open(heat).convert("RGB"))
        assert seen.shape == (96, 96, 3)
        assert seen.std() > 5
        assert np.abs(seen.astype(int) - figure()).mean() > 5

    def test_train_gives_numbers_on_held_out_pictures_and_a_file(self, taught):
        told, file, key, recipe = taught

        assert told["classes"] == ["blue", "red"]
        assert told["pictures"] == {"blue": 12, "red": 12}
        low, high = told["interval"]
        assert 0.5 < low <= told["balanced_accuracy"] <= high <= 1
        assert told["roc"]["red"][0] == [0, 0]
        assert np.sum(told["confusion"]) == 48  # each picture held out twice
        assert any("FEW" in warning for warning in told["warnings"])
        assert recipe["seed"] == 0
        assert recipe["parameters"]["labels"][:1] == ["blue"]
        assert len(key) == 22
        with zipfile.ZipFile(file) as packed:
            assert set(packed.namelist()) == {
                "head.safetensors", "classifier.json", "report.json", "README.txt",
            }  # fmt: skip
            head = load(packed.read("head.safetensors"))
            assert json.loads(packed.read("report.json"))["interval"] == [low, high]
        assert head["weight"].shape[0] == head["bias"].shape[0] == 2

    def test_the_key_lets_the_trained_classifier_answer(self, client, taught, tmp_path):
        (tmp_path / "new.png").write_bytes(saved(coloured(BLUE, 99)))
        image = handle_file(tmp_path / "new.png")

        answer, recipe = client.predict(image=image, model=taught[2], api_name="/classify")
        ranking, _, _ = client.predict(files=[image], model=taught[2], api_name="/rank")

        assert max(answer["probabilities"], key=answer["probabilities"].get) == "blue"
        assert "+" in recipe["revision"]
        assert ranking["label"] == "blue"

    def test_the_api_has_four_documented_endpoints(self, client):
        described = client.view_api(return_format="dict")["named_endpoints"]

        assert set(described) == {"/classify", "/explain", "/rank", "/train"}

    def test_the_client_raises_errors(self, client, files):
        with pytest.raises(AppError, match=r"\[unknown_choice\]"):
            client.predict(
                image=handle_file(files / "figure.png"), label="nobody", api_name="/explain"
            )


class TestCurl:
    """The lines that the panel shows, in a real shell."""

    def test_the_shown_lines_rank(self, space, files):
        arguments = {"files": [File("figure.png"), File("somebody.png")], "label": "ronald"}
        lines = calls(f"{space.url}/", "rank", arguments)[2]

        printed = shell(lines, files, seconds=SECONDS)

        assert "event: complete" in printed
        assert re.search(r'"rank": ?1', printed)


class TestJavaScript:
    """@gradio/client, with the code that the panel shows."""

    def test_the_shown_code_classifies(self, space, node_modules, files, tmp_path):
        code = calls(f"{space.url}/", "classify", {"image": File("figure.png")})[1]
        (tmp_path / "figure.png").write_bytes((files / "figure.png").read_bytes())

        answer, _ = javascript(code, tmp_path, node_modules, seconds=SECONDS)

        assert set(answer["probabilities"]) == {"others", "ronald"}

"""The Space with ResNet-18's own class, on a tiny random checkpoint in Hub layout."""

import subprocess

import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image
from tests.conftest import ROOT
from tests.spaces.visiting import said, visiting


@pytest.fixture(scope="module")
def space(start_server, python, tmp_path_factory):
    models = tmp_path_factory.mktemp("models")
    script = ROOT / "tests" / "engines" / "tiny_resnet.py"
    subprocess.run([python, "-P", script, models], check=True, capture_output=True)
    command = [python, "spaces/ronald-classifier/app.py"]
    variables = {"PORTFOLIO_MODELS_DIR": str(models)}
    return start_server(command, ready="/config", variables=variables)


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "picture.png"
    pixels = np.random.default_rng(0).integers(0, 256, (80, 90, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def test_a_thousand_things_are_told_apart_by_the_model_of_the_hub(client, picture):
    answer, recipe = client.predict(
        image=handle_file(picture), model="imagenet", api_name="/classify"
    )

    assert recipe["model"] == "resnet-18"
    assert len(answer["probabilities"]) == 20  # the likeliest
    assert all(name.startswith("thing ") for name in answer["probabilities"])
    assert answer["probabilities"].keys() == answer["thresholds"].keys()
    assert 0 < sum(answer["probabilities"].values()) <= 1


def test_pictures_are_ranked_by_one_of_them(client, picture):
    ranking, _, recipe = client.predict(
        files=[handle_file(picture)], label="thing 7", model="imagenet", api_name="/rank"
    )

    assert ranking["label"] == "thing 7"
    assert recipe["model"] == "resnet-18"


def test_ronald_is_still_answered_by_his_own(client, picture):
    answer, recipe = client.predict(image=handle_file(picture), api_name="/classify")

    assert set(answer["probabilities"]) == {"ronald", "others"}
    assert recipe["model"] == "ronald-starter"


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_the_page_offers_it_and_says_which_answered(browser, space, picture, locale):
    with visiting(browser, space, locale) as page:
        name = said(page, "What is in it? 1,000 things", "무엇이 있나요? 1,000가지 사물")
        page.get_by_role("radio", name=name).check()

        page.locator(".paste-here input[type=file]").first.set_input_files(picture)

        page.locator(".verdict .row", has_text="thing ").first.wait_for()
        assert page.locator(".verdict .row").count() == 5
        assert "ResNet-18" in page.locator(".verdict").inner_text()


def test_without_the_model_it_is_not_offered(start_server, python, picture):
    bare = start_server([python, "spaces/ronald-classifier/app.py"], ready="/config")

    with pytest.raises(AppError, match=r"\[model_unavailable\]"):
        Client(f"{bare.url}/", verbose=False).predict(
            image=handle_file(picture), model="imagenet", api_name="/classify"
        )

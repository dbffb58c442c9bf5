"""What the easel shows, and what a visitor may ask of it."""

import json

import numpy as np
import pytest

from portfolio_core.ui import easel

KEY = "A" * 22


def place(key=KEY, name="fox-1.png"):
    return {"key": key, "name": name}


def test_a_run_is_plain_values():
    made = easel.shown(
        "r", columns=["4", "8"], rows=[7], size=(64, 32), parameter="Steps", cells=[],
        status="Step 1 of 4", share=0.25, preview=np.zeros((32, 64, 3), np.uint8),
    )  # fmt: skip

    assert json.loads(json.dumps(made)) == made
    assert made["preview"].startswith("data:image/jpeg;base64,")
    assert made["finished"] is False


def test_a_picture_is_shown_under_the_key_by_which_it_is_found_again():
    shown = easel.cell(0, 1, f"/tmp/x/{KEY}/fox-1.png", seed=1, title="a fox", notes=[])

    assert easel.chosen({"asked": {"picture": shown}}) == (KEY, "fox-1.png")


def test_pictures_to_pack_come_once_and_in_their_order():
    told = [place(name="b.png"), place(name="a.png"), place(name="b.png")]

    assert easel.packed({"asked": {"pictures": told}}) == [(KEY, "b.png"), (KEY, "a.png")]


def test_no_more_are_packed_than_are_remembered():
    told = [place(name=f"{number}.png") for number in range(1000)]

    assert len(easel.packed({"asked": {"pictures": told}})) == easel.MOST_PACKED


@pytest.mark.parametrize(
    "told",
    [
        place(name="../../etc/passwd"),
        place(name="a/b.png"),
        place(name="a.svg"),
        place(name=""),
        place(key=".."),
        place(key="a/b"),
        place(key="x" * 41),
        {"key": KEY},
        "a.png",
        None,
        [1],
    ],
)
def test_what_is_no_picture_of_a_visit_counts_for_nothing(told):
    assert easel.chosen({"asked": {"picture": told}}) is None
    assert easel.packed({"asked": {"pictures": [told]}}) == []


@pytest.mark.parametrize("value", [None, "x", 3, [], {}, {"asked": None}, {"asked": [1]}])
def test_what_has_not_the_form_of_a_question_asks_for_nothing(value):
    assert easel.chosen(value) is None
    assert easel.packed(value) == []
    assert easel.dropped(value) is None

"""The conversation of two columns: what each is asked, and what a visitor may have changed."""

import pytest

from portfolio_core.errors import InvalidInput
from portfolio_core.ui import duet


def turn(message, **texts):
    return {
        "message": message,
        "answers": [{"column": column, "text": text} for column, text in texts.items()],
    }


TURNS = [turn("One?", base="A", tuned="B"), turn("Two?", tuned="C"), turn("Three?", base=" ")]


def asked(turns=TURNS, column="base", *, system="", message="Now?", most=40, longest=10):
    told = duet.messages(turns, column, system, message, most=most, longest=longest)
    return [(one["role"][0], one["content"]) for one in told]


def test_each_column_goes_on_with_its_own_replies():
    assert asked() == [("u", "One?"), ("a", "A"), ("u", "Now?")]
    assert asked(column="tuned") == [
        ("u", "One?"), ("a", "B"), ("u", "Two?"), ("a", "C"), ("u", "Now?"),
    ]  # fmt: skip


def test_the_newest_whole_turns_are_sent_with_the_systems_message():
    turns = [turn(str(number), base="x" * 50) for number in range(9)]

    told = asked(turns, system="Be kind.", most=6)

    assert told == [
        ("s", "Be kind."),
        *[("u", "7"), ("a", "x" * 10)],
        ("u", "8"),
        ("a", "x" * 10),
        ("u", "Now?"),
    ]
    assert asked(turns, most=1) == [("u", "Now?")]


@pytest.mark.parametrize(
    "value",
    [
        "x",
        [],
        {},
        {"turns": None},
        {"turns": ["x"]},
        {"turns": [{"message": 1, "answers": []}]},
        {"turns": [{"message": "x"}]},
        {"turns": [{"message": "x", "answers": [{"text": 1, "column": "base"}]}]},
        {"turns": [{"message": "x", "answers": [{"text": "x"}]}]},
    ],
)
def test_a_value_of_another_form_is_a_typed_error(value):
    with pytest.raises(InvalidInput):
        duet.turns_of(value)


def test_a_value_that_was_shown_is_read_back():
    shown = duet.shown([duet.turn("One?", {"base": "A"}, [])])

    assert duet.turns_of(shown) == shown["turns"]
    assert duet.turns_of(None) == []

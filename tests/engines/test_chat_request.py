"""Chat: what a caller may ask for, and what is a typed error."""

import pytest

from portfolio_core import errors
from portfolio_core.engines import chat
from portfolio_core.engines.chat import GREEDY, Message
from portfolio_core.settings import Limits

USER = {"role": "user", "content": "Hi"}


def test_a_request_has_the_callers_values():
    wanted = chat.request(
        [{"role": "system", "content": "Be kind."}, USER],
        limits=Limits(),
        max_tokens=5.0,
        seed=7,
        temperature=0,
        stop="X",
        adapter="pirate",
        thinking=True,
    )

    assert wanted.messages == (Message("system", "Be kind."), Message("user", "Hi"))
    assert (wanted.max_tokens, wanted.seed, wanted.stop) == (5, 7, ("X",))
    assert wanted.sampling == GREEDY
    assert (wanted.adapter, wanted.thinking) == ("pirate", True)


def test_a_missing_seed_is_drawn_and_returned():
    seeds = {chat.request([USER], limits=Limits()).seed for _ in range(5)}

    assert len(seeds) == 5


@pytest.mark.parametrize(
    ("messages", "error"),
    [
        ("Hi", errors.InvalidInput),
        (["Hi"], errors.InvalidInput),
        ([], errors.NothingAsked),
        ([{**USER, "role": "assistant"}], errors.NothingAsked),
        ([USER, {**USER, "role": "system"}, USER], errors.NothingAsked),
        ([{**USER, "role": "tool"}], errors.UnknownChoice),
        ([{**USER, "role": ["user"]}], errors.UnknownChoice),
        ([{"role": "user"}], errors.InvalidInput),
        ([{**USER, "content": " \n"}], errors.EmptyText),
        ([{**USER, "content": "x" * 4001}], errors.TextTooLong),
        ([{**USER, "content": "x" * 2**20}], errors.TextTooLong),
        ([USER] * 41, errors.TooManyMessages),
        ([USER] * 500, errors.TooManyMessages),
    ],
)
def test_wrong_messages_are_typed_errors(messages, error):
    with pytest.raises(errors.InvalidInput) as raised:
        chat.request(messages, limits=Limits())
    assert raised.type is error


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("max_tokens", 0),
        ("max_tokens", 1025),
        ("max_tokens", 1.5),
        ("max_tokens", True),
        ("seed", -1),
        ("seed", 2**32),
        ("temperature", float("nan")),
        ("temperature", 2.1),
        ("top_p", "1"),
        ("top_k", 201),
        ("repetition_penalty", 0.5),
        ("repetition_penalty", 10**400),
        ("stop", ["a"] * 5),
    ],
)
def test_a_number_outside_its_range_is_a_typed_error(name, value):
    with pytest.raises(errors.NumberOutOfRange):
        chat.request([USER], limits=Limits(), **{name: value})


@pytest.mark.parametrize(
    ("stop", "error"),
    [(3, errors.InvalidInput), ([3], errors.InvalidInput), ("", errors.EmptyText)],
)
def test_a_wrong_stop_string_is_a_typed_error(stop, error):
    with pytest.raises(error):
        chat.request([USER], limits=Limits(), stop=stop)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"adapter": None}, errors.InvalidInput),
        ({"adapter": ["pirate"]}, errors.InvalidInput),
        ({"adapter": "x" * 101}, errors.UnknownAdapter),
        ({"thinking": "yes"}, errors.InvalidInput),
        ({"thinking": 1}, errors.InvalidInput),
    ],
)
def test_a_wrong_adapter_or_switch_is_a_typed_error(options, error):
    with pytest.raises(error):
        chat.request([USER], limits=Limits(), **options)

"""Rows to learn from: what is read of which file, what is left out and why, what is held out."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines import tiny_qwen
from tests.training.lora_parts import PLAN, lines, rows

from portfolio_core.engines.chat import Message
from portfolio_core.errors import NoUsableRows, NumberOutOfRange, TooManyRows, WrongFileType
from portfolio_core.training.lora import Plan
from portfolio_core.training.lora.examples import Encoder, split
from portfolio_core.training.lora.rows import Data, read

ASKED = (Message("user", "Why?"), Message("assistant", "So."))
MOST = 1000


@pytest.fixture(scope="module")
def encoder():
    return Encoder(tiny_qwen.tokenizer())


def told(*pairs):
    return {"messages": [{"role": role, "content": text} for role, text in pairs]}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", json.dumps(told(("user", "Why?"), ("assistant", "So.")))),
        ("a.jsonl", '{"instruction": "Why?", "input": "", "output": "So."}'),
        ("a.json", '[{"instruction": "Why?", "output": "So."}]'),
        ("a.csv", "question,answer\nWhy?,So."),
        ("a.csv", "Q,A,label\r\nWhy?,So.,0\r\n"),
        ("a.txt", "\ufeffQ,A\nWhy?, So. \n"),
    ],
)
def test_each_kind_of_file_gives_the_same_row_whatever_its_name(tmp_path, name, content):
    (tmp_path / name).write_text(content, "utf-8")
    assert list(read(tmp_path / name, MOST).rows.values()) == [ASKED]


def test_an_input_follows_its_instruction_and_a_system_message_comes_first(tmp_path):
    file = lines(
        tmp_path / "rows", {"instruction": "Add.", "input": "1 1", "output": "2", "system": "Hm."}
    )
    (row,) = read(file, MOST).rows.values()
    assert [(m.role, m.text) for m in row] == [
        ("system", "Hm."),
        ("user", "Add.\n\n1 1"),
        ("assistant", "2"),
    ]


def test_thinking_that_was_written_down_is_left_out(tmp_path):
    file = lines(tmp_path / "rows", {"q": "Why?", "a": "<think>\nhm\n</think>\n\nSo."})
    assert list(read(file, MOST).rows.values()) == [ASKED]


@pytest.mark.parametrize(
    ("reason", "row"),
    [
        ("no_answer", {"q": "Why?", "a": "  "}),
        ("no_answer", {"q": "Why?"}),
        ("no_answer", {"q": "Why?", "a": 42}),
        ("no_answer", {"q": "Why?", "a": "<think>hm</think>"}),
        ("no_answer", told(("user", "Why?"))),
        ("no_answer", told(("user", "Why?"), ("assistant", ""))),
        ("no_answer", {"messages": []}),
        ("no_question", {"q": "", "a": "So."}),
        ("no_question", told(("user", " "), ("assistant", "So."))),
        ("wrong_order", told(("assistant", "So."), ("assistant", "So."))),
        ("wrong_order", told(("user", "a"), ("user", "b"), ("assistant", "c"))),
        ("wrong_order", told(("user", "a"), ("tool", "b"), ("user", "a"), ("assistant", "c"))),
        ("not_json", ["Why?", "So."]),
        ("not_json", {"messages": "Why?"}),
        ("not_json", {"messages": [["user", "Why?"]]}),
    ],
)
def test_a_row_that_teaches_nothing_is_left_out_with_its_reason(tmp_path, reason, row):
    data = read(lines(tmp_path / "rows", {"q": "Why?", "a": "So."}, row), MOST)
    assert (data.rejected, len(data.rows)) == ({reason: [2]}, 1)


def test_a_row_that_was_there_already_is_counted_and_left_out(tmp_path):
    one = {"q": "Why?", "a": "So."}
    data = read(lines(tmp_path / "rows", one, one, one), MOST)
    assert (data.duplicates, len(data.rows), data.given) == (2, 1, 3)


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b'{"q": "\0", "a": "b"}',
        bytes(range(256)),
        b"",
        b"[1, 2",
        b"[" * 100_000,
        b"name,age\nKim,30",
        b"just a sentence",
        b'Q,A\n"' + b"x" * 200_000,
    ],
    ids=["png", "nul", "bytes", "empty", "cut", "deep", "columns", "text", "field"],
)
def test_a_file_of_another_kind_named_jsonl_is_a_typed_error(tmp_path, content):
    file = tmp_path / "rows.jsonl"
    file.write_bytes(content)
    with pytest.raises(WrongFileType):
        read(file, MOST)


@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_whatever_a_file_holds_it_is_read_or_refused(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "any.jsonl"
    file.write_bytes(content)
    with contextlib.suppress(WrongFileType, NoUsableRows):
        assert read(file, MOST).rows


def test_no_usable_row_at_all_says_why(tmp_path):
    file = lines(tmp_path / "rows", {"q": "Why?"}, {"q": "Why?"}, {"a": "So."})
    with pytest.raises(NoUsableRows, match=r"None of 3 rows .* no answer 2, no question 1"):
        read(file, MOST)


def test_too_many_rows_are_refused(tmp_path):
    file = rows(tmp_path, 6)
    assert len(read(file, 6).rows) == 6
    with pytest.raises(TooManyRows):
        read(file, 5)


# --- What is kept apart ------------------------------------------------------------------


def data_of(*texts):
    return Data(
        given=len(texts),
        rows={
            n: (Message("user", question), Message("assistant", answer))
            for n, (question, answer) in enumerate(texts, 1)
        },
    )


def test_the_seed_decides_what_is_held_out_and_every_row_is_on_one_side(encoder):
    data = data_of(*((f"q {n}", f"a {n}") for n in range(40)))

    def held_out(seed):
        found = split(data, encoder, Plan(held_out=0.25, seed=seed))
        assert set(found.rows) | set(found.held_out_rows) == set(data.rows.values())
        assert not set(found.rows) & set(found.held_out_rows)
        assert len(found.held_out_rows) == 10
        return found.held_out_rows

    assert held_out(1) == held_out(1) != held_out(2)


def test_answers_to_one_question_are_never_on_both_sides(encoder):
    data = data_of(*((f"q {n % 10}", f"a {n}") for n in range(40)))
    for seed in range(10):
        found = split(data, encoder, Plan(held_out=0.3, seed=seed))
        asked = [{row[0].text for row in side} for side in (found.rows, found.held_out_rows)]
        assert asked[1]
        assert not asked[0] & asked[1]


def test_one_question_alone_is_learnt_and_nothing_is_held_out(encoder):
    found = split(data_of(("q", "a"), ("q", "b")), encoder, PLAN)
    assert (len(found.rows), len(found.held_out_rows)) == (2, 0)


def test_a_row_longer_than_the_length_is_left_out_and_all_of_them_are_an_error(encoder):
    data = data_of(("q", "a"), ("q 2", "a" * 500), ("q 3", "b"))
    assert len(split(data, encoder, PLAN).learnt) + len(data.rejected["too_long"]) == 2
    assert data.rejected == {"too_long": [2]}
    with pytest.raises(NoUsableRows, match="too long 1"):
        split(data_of(("q", "a" * 500)), encoder, PLAN)


@pytest.mark.parametrize(
    ("name", "value"),
    [("rank", 10_000), ("rank", 0), ("rank", 1.5), ("rate", float("nan")), ("keep", 1)],
)
def test_a_number_out_of_range_is_refused_when_the_plan_is_made(name, value):
    with pytest.raises(NumberOutOfRange, match=name):
        Plan(**{name: value})

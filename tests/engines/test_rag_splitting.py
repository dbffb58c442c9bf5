"""Cutting pages into passages: exact places, headings, nothing lost, nothing twice."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.engines.rag_parts import passages

from portfolio_core import errors
from portfolio_core.engines.rag.splitting import (
    PASSAGE_CHARACTERS,
    TAIL_CHARACTERS,
    passage_id,
    split,
)

PAGE = """# Manual

Before anything else, read this.

## Safety

Do not open the case.

```sh
# no heading, a remark in code
rm file
```

### Children

Keep it away from children.

## Care

Wipe it with a dry cloth.
"""


def headings(text):
    return {p.text.split("\n")[-1]: p.heading for p in passages(text)}


def test_a_passage_carries_the_headings_above_it():
    found = headings(PAGE)

    assert found["Before anything else, read this."] == "Manual"
    assert found["Keep it away from children."] == "Manual > Safety > Children"
    assert found["Wipe it with a dry cloth."] == "Manual > Care"
    assert not any("remark" in heading for heading in found.values())


def test_headings_go_on_over_the_end_of_a_page():
    made = passages("# One\n\n### Deep\n\nfirst page", "second page\n\n## Two\n\nmore")

    assert [p.heading for p in made][-2:] == ["One > Deep", "One > Two"]
    assert [p.page for p in made][-2:] == [2, 2]


@given(st.lists(st.text("ab가 \n.#`-|", max_size=3000), max_size=3))
def test_a_passage_is_an_exact_piece_of_its_page(pages):
    for passage in passages(*pages):
        text = pages[passage.page - 1]
        assert text[passage.start : passage.end] == passage.text
        assert passage.text == passage.text.strip() != ""
        assert len(passage.text) <= PASSAGE_CHARACTERS + TAIL_CHARACTERS
        assert passage.id == passage_id(passage)


def test_a_last_word_is_no_passage():
    text = " ".join(f"Sentence {n} says something." for n in range(29)) + " Badge."

    made = passages(text)

    assert len(text) > PASSAGE_CHARACTERS
    assert [p.text for p in made] == [text]


def test_no_letter_is_lost():
    text = "\n\n".join(
        f"## Part {n}\n\n" + " ".join(f"Sentence {n}-{m} says something." for m in range(n * 9))
        for n in range(12)
    )
    covered = set()
    for passage in passages(text):
        covered.update(range(passage.start, passage.end))

    assert [c for place, c in enumerate(text) if place not in covered and c.isalnum()] == []


def test_the_same_said_twice_is_kept_once_and_counted():
    first = "Dogs bark at strangers."
    made = split("d", [(1, first), (2, "dogs  BARK at strangers!"), (3, "Dogs bark at 12.")])

    assert [p.text for p in made.passages] == [first, "Dogs bark at 12."]
    assert made.duplicates == 1


def test_a_sentence_that_goes_over_lines_stays_whole():
    sentence = "The nut is of one piece,\nall of metal, and holds\ntight when it is shaken {}.\n"
    page = "".join(map(sentence.format, range(40)))

    for passage in passages(page):
        assert passage.text.startswith("The nut")
        assert passage.text.endswith(".")


def test_a_flood_of_the_same_is_one_passage():
    made = split("d", [(n, "Buy now, buy here.") for n in range(10_000)])

    assert (len(made.passages), made.duplicates) == (1, 9_999)


def test_ids_differ_by_all_that_a_passage_is():
    ids = {
        p.id
        for name in ("a", "b")
        for pages in (("same",), ("", "same"), ("# H\n\nsame",))
        for p in passages(*pages, name=name)
    }

    assert len(ids) == 6


def test_too_many_passages_are_refused():
    text = "\n\n".join(f"# {n}\n\nSection {n}." for n in range(50))

    with pytest.raises(errors.QuotaReached):
        split("d", [(1, text)], most=10)


@pytest.mark.parametrize("unit", ["x", "word ", "# h\n", "- [ ] a\n", "|a|b|\n", "``` \n", "가"])
def test_a_page_of_one_thing_only_takes_time_in_proportion(unit):
    def seconds(characters):
        begin = time.perf_counter()
        split("d", [(1, unit * (characters // len(unit)))])
        return time.perf_counter() - begin

    seconds(1000)
    small = max(seconds(20_000), 0.005)

    assert min(seconds(200_000) for _ in range(2)) < 10 * 6 * small

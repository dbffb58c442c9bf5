"""Loops of a document model are found within a bound; pages that repeat themselves are not."""

import time

import pytest

from portfolio_core.engines.ocr.repetition import loop_start

ROW = "| 0 | 0 | 0 |\n"
HEAD = "| a | b | c |\n|---|---|---|\n"

LOOPS = {
    "a sentence as a line": ("Dear Sir,\n", "I am writing to you.\n"),
    "a paragraph": ("# Title\n\n", "First line of it.\nSecond line of it.\n\n"),
    "eight lines": ("", "".join(f"line {c}\n" for c in "abcdefgh")),
    "a row of a table": (HEAD, "| Tea | 1.50 |\n"),
    "two rows of a table": (HEAD, "| Tea | 1.50 |\n| Cake | 3.00 |\n"),
    "a row of a table in HTML": ("<table>\n", "<tr><td>Tea</td></tr>\n"),
    "a phrase within a line": ("He said ", "that he said "),
    "a word": ("It was very ", "very "),
    "cells without an end": (HEAD + "|", " 0 |"),
    "dots": ("Contents ", "."),
    "Korean": ("안녕하세요 ", "감사합니다 "),
    "line breaks": ("The end.", "\n"),
}
PAGES = {
    "a table of equal rows": HEAD + ROW * 60,
    "a table of equal rows of words": HEAD + "| none | none |\n" * 60,
    "a form": "Name: ________\nDate: ________\n" * 8,
    "a table of contents": "".join(f"Chapter {n} {'.' * 120} {n}\n" for n in range(40)),
    "a line of dots": "." * 600,
    "a wide table": "|" + " 0 |" * 100 + "\n" + "|" + "---|" * 100 + "\n",
    "a song": "Hey, hey, hey\nLa la la la la\n" * 6 + "Another verse comes here\n",
    "a receipt": "1 x Coffee 2.50\n" * 12,
    "laughter": "ha " * 60,
    "empty": "",
    "one line": "Hello",
}


@pytest.mark.parametrize("case", LOOPS)
def test_a_loop_is_found_within_a_bound_and_cut_to_one_round(case):
    before, unit = LOOPS[case]
    text = before
    for _ in range(700):
        text += unit
        cut = loop_start(text)
        if cut is not None:
            break
    else:
        pytest.fail("never found")

    kept = text[:cut]
    assert len(text) - len(before) <= 800 + 65 * len(unit)
    assert kept.startswith(before.rstrip())
    assert len(kept) <= len(before) + 2 * len(unit)


@pytest.mark.parametrize("case", PAGES)
def test_a_page_that_repeats_itself_is_no_loop(case):
    page = PAGES[case]

    assert [end for end in range(len(page) + 1) if loop_start(page[:end]) is not None] == []


def test_a_loop_in_the_middle_of_its_round_is_found():
    text = "so it is and it is so, " * 20

    assert loop_start(text + "so it is a") is not None


def test_it_costs_little_on_a_long_page():
    def seconds(words):
        text = " ".join(f"{n * 7919 % 10007}" for n in range(words))
        best = []
        for _ in range(5):
            start = time.perf_counter()
            loop_start(text)
            best.append(time.perf_counter() - start)
        return min(best)

    assert seconds(8000) < 20 * seconds(2000)  # near enough to linear, far from quadratic

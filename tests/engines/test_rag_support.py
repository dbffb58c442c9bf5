"""The check of sentences against passages, measured on pairs that were built to be told apart."""

import re

import numpy as np
import pytest
from tests.engines.rag_hits import TEXTS, hits

from portfolio_core.engines.rag.citations import Marked
from portfolio_core.engines.rag.support import checked, supports
from portfolio_core.engines.rag.wording import split

HITS = hits()
# Sentences of the passages, said in other words or in part: the check should let them through.
TRUE = [
    *((text, n) for n, passage in enumerate(TEXTS, 1) for text in split(passage)),
    ("Tesla was born in 1856 in Smiljan.", 1),
    ("In 1884 he moved to New York.", 1),
    ("Thomas Edison gave Tesla work in New York.", 1),
    ("The Rhine is 1230 kilometres long.", 2),
    ("The Rhine flows through the Rhine Gorge between Bingen and Bonn.", 2),
    ("훈민정음은 1443년에 세종대왕이 만들었습니다.", 4),
    ("값의 소유자는 동시에 여럿 존재할 수 없습니다.", 3),
    ("집현전 학자 8명이 도왔습니다.", 4),
]
# What turns a true sentence into a false one: another number, another name, a denial.
SWAPS = [
    (r"1856", "1865"),
    (r"1884", "1894"),
    (r"300", "30"),
    (r"1,?230", "1320"),
    (r"1443", "1434"),
    (r"8명", "9명"),
    (r"Smiljan", "Zagreb"),
    (r"New York", "New Jersey"),
    (r"Thomas Edison", "George Westinghouse"),
    (r"Swiss", "French"),
    (r"Bingen", "Mainz"),
    (r"never married", "married"),
    (r"flows", "never flows"),
    (r"was born", "was not born"),
    (r"수 없습니다", "수 있습니다"),
    (r"버려집니다", "버려지지 않습니다"),
]
FALSE = [
    (re.sub(wrong, right, text), n)
    for text, n in TRUE
    for wrong, right in SWAPS
    if re.search(wrong, text)
]
ELSEWHERE = [(text, (n % 4) + 1) for text, n in TRUE]


def share_found(pairs):
    return sum(supports(text, (n,), HITS) for text, n in pairs) / len(pairs)


def test_true_sentences_pass_and_changed_ones_do_not():
    passed, slipped, misplaced = map(share_found, (TRUE, FALSE, ELSEWHERE))
    print(f"\nsupported {passed:.2f} of {len(TRUE)}; changed {slipped:.2f} of {len(FALSE)}")
    print(f"cited wrongly {misplaced:.2f} of {len(ELSEWHERE)}")

    assert passed >= 0.9
    assert slipped <= 0.1
    assert misplaced == 0


def test_words_alone_would_let_the_changed_ones_through(monkeypatch):
    """Without numbers, names and denials the check is no check."""
    from portfolio_core.engines.rag import support
    from portfolio_core.engines.rag.wording import Wording

    class OnlyWords(Wording):
        numbers, names, denies = frozenset(), (), False

    monkeypatch.setattr(support, "Wording", OnlyWords)

    assert share_found(FALSE) > 0.5


def test_a_paraphrase_needs_the_passage_to_be_closest_in_meaning():
    said = "Tesla was a bachelor his whole life and never wed."
    towards = {said: 0, **{text: n for n, text in enumerate(TEXTS)}}

    def embed(texts):
        return np.eye(4, dtype=np.float32)[[towards[text] for text in texts]]

    short = hits("Tesla never took a wife in his life.", *TEXTS[1:])
    towards[short[0].passage.text] = 0
    assert not supports(said, (1,), short)
    assert supports(said, (1,), short, embed)
    towards[said] = 1
    assert not supports(said, (1,), short, embed)


def test_a_mark_that_names_nothing_is_dropped_and_the_bearing_passage_is_found():
    right = checked(Marked("The Rhine begins in the Swiss Alps.", (7,)), HITS)
    wrong = checked(Marked("The Rhine begins in the Harz.", (0, 9)), HITS)

    assert (right.citations, right.supported) == ((2,), True)
    assert (wrong.citations, wrong.supported) == ((), False)


def test_a_sentence_may_stand_on_two_passages_together():
    said = "Tesla was born in Smiljan, and the Rhine begins in the Swiss Alps."

    assert supports(said, (1, 2), HITS)
    assert not supports(said, (1,), HITS)


@pytest.mark.parametrize("empty", ["...", "", "It is so."])
def test_what_says_nothing_is_not_supported(empty):
    assert not supports(empty, (1,), HITS)


def test_a_heading_of_a_pdf_is_not_joined_to_the_line_below_it():
    page = (
        "Library cards\n"
        "A card for adults costs 24 dollars a year. Students, pensioners and people\n"
        "without work pay 12 dollars.\n"
        "Getting here\n"
        "Tram lines 3 and 9 stop at Fish Market."
    )

    assert split(page) == (
        "Library cards",
        "A card for adults costs 24 dollars a year.",
        "Students, pensioners and people without work pay 12 dollars.",
        "Getting here",
        "Tram lines 3 and 9 stop at Fish Market.",
    )

"""Two readings of a line: who says what, what is marked, and how sure that makes us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio_core.engines.ocr import Line, Word
from portfolio_core.engines.ocr.agreement import (
    Reading,
    alike,
    compared,
    confirmed,
    doubted,
    preferred,
    shares,
)

PLACE = ((0.0, 0.0), (100.0, 0.0), (100.0, 20.0), (0.0, 20.0))


def line(text, confidence=0.8):
    words = tuple(Word(word, confidence, PLACE) for word in text.split())
    return Line(text, confidence, PLACE, "first", words)


def marks(first, second, confidence=0.8, score=0.85):
    result = compared(line(first, confidence), Reading(second, score, "second"))
    return {word.text: word.other for word in result.words if word.other}


@pytest.mark.parametrize(
    ("words", "other", "wanted"),
    [
        ("The quick fox", "The quick fox", ["The", "quick", "fox"]),
        ("The quick fox", "Thequick f ox", ["The", "quick", "f ox"]),
        ("Tota1 12.50", "TOTAL RM 12.50", ["TOTAL RM", "12.50"]),
        ("one four", "one big four", ["one big", "four"]),
        ("see you", "see you soon", ["see", "you soon"]),
        ("you", "see you", ["see you"]),
        ("a lost word", "a word", ["a", "", "word"]),
        ("end.", "end .", ["end."]),
        ("all gone", "", ["", ""]),
        ("값은 12,000원", "값은 12,00O원", ["값은", "12,00O원"]),
    ],
)
def test_each_word_gets_what_stands_in_its_place(words, other, wanted):
    assert shares(words.split(), other) == wanted


@given(
    words=st.lists(st.text("abc1", min_size=1, max_size=5), max_size=8),
    other=st.text("abc1 ", max_size=30),
)
def test_no_letter_of_the_second_reading_is_lost_or_doubled(words, other):
    given_out = "".join(shares(words, other)) if words else other

    assert sorted(given_out.replace(" ", "")) == sorted(other.replace(" ", ""))


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        ("Pay 130.00 today", "Pay 180.00 today", {"130.00": "180.00"}),
        ("Dear Mr Brown", "Dear Mr Braun", {"Brown": "Braun"}),
        ("1.50 and 150", "150 and 150", {"1.50": "150"}),
        ("TOTAL: 5", "total 5", {}),  # case and punctuation at the ends: no other reading
        ("“Yes” - no", '"Yes" – no', {}),
        ("Good morning", "Good morning .", {}),
    ],
)
def test_a_word_is_marked_where_the_readings_differ(first, second, wanted):
    assert marks(first, second) == wanted


def test_a_mark_names_the_reader_and_leaves_the_first_reading():
    result = compared(line("Brown fox"), Reading("Braun fox", 0.85, "second"))

    brown, fox = result.words
    assert result.text == "Brown fox"
    assert (brown.text, brown.other, brown.other_reader) == ("Brown", "Braun", "second")
    assert (fox.other, fox.other_reader) == ("", "")
    assert brown.confidence < 0.8 < fox.confidence
    assert result.confidence < 0.8


def test_a_clearly_better_reading_takes_the_place_and_offers_the_first():
    result = compared(line("8r0vm fox", 0.3), Reading("BROWN FOX", 0.97, "second"))

    brown, fox = result.words
    assert result.text == "brown fox"
    assert (brown.text, brown.other, brown.other_reader) == ("brown", "8r0vm", "first")
    assert brown.confidence > 0.9
    assert fox.text == "fox"


def test_a_better_reading_of_a_sure_word_does_not_take_its_place():
    assert marks("Brown", "Braun", confidence=0.9, score=0.99) == {"Brown": "Braun"}


def test_a_line_in_which_the_first_reader_saw_nothing_takes_the_second():
    empty = Line("", 0.1, PLACE, "first")

    result = compared(empty, Reading("yours truly", 0.95, "second"))

    assert result.text == "yours truly"
    assert result.words[0].other == ""


def test_a_line_without_words_counts_as_one():
    result = compared(Line("Brown", 0.8, PLACE, "first"), Reading("Braun", 0.8, "second"))

    assert [word.other for word in result.words] == ["Braun"]


@given(first=st.floats(0, 1), second=st.floats(0, 1))
def test_agreement_never_makes_less_sure_and_doubt_never_more(first, second):
    assert confirmed(first, second) >= min(max(first, 0.02), 0.98)
    assert doubted(first, second) <= max(first, 0.02)
    assert 0 < preferred(first, second) < 1


def test_two_independent_readers_follow_bayes_rule():
    assert confirmed(0.8, 0.8) == pytest.approx(0.64 / 0.68)
    assert preferred(0.5, 0.8) == pytest.approx(0.8)
    assert confirmed(0.5, 1.0) == confirmed(0.5, 0.9)  # no decoder is believed more than that


def test_words_of_signs_only_are_compared_as_they_are():
    assert alike("...", "...")
    assert not alike("...", "---")

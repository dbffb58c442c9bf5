"""Phonemes for Kokoro: what is cut, where, and that nothing is lost by it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from portfolio_core.engines.text_to_speech import kokoro_phonemes
from portfolio_core.engines.text_to_speech.kokoro import timed


@given(st.text(alphabet="ab ,.!", max_size=2000))
def test_a_cut_loses_nothing(text):
    parts = list(kokoro_phonemes.cut(text.strip()))

    assert all(0 < len(part) <= 510 for part in parts)
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")


def test_a_cut_is_made_where_it_is_heard_least():
    text = "a" * 300 + ", " + "b" * 100 + ". " + "c" * 200

    assert [part[-1] for part in kokoro_phonemes.cut(text)] == [".", "c"]


def test_a_pronunciation_is_never_cut_in_two():
    text = "Say [no. No](/nˈO. nˈO/). \ue000 Then [stop](/stˈɑp/)."

    parts = kokoro_phonemes.sentences(text, lambda t: t.split(". "))

    assert parts == ["Say [no. No](/nˈO. nˈO/)", " Then [stop](/stˈɑp/)."]


def test_the_first_word_begins_before_its_first_frame():
    span = kokoro_phonemes.Span("a", 0, 2)

    (word,) = timed((span,), np.array([10, 4, 6, 20]), before=1.0)

    assert (word.start_seconds, word.end_seconds) == (1 + 7 / 40, 1 + 17 / 40)

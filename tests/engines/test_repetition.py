"""Words that go round in circles, and people who repeat themselves."""

import pytest

from portfolio_core.engines.speech_to_text.repetition import without_loops


def left(text):
    words = text.split()
    return " ".join(words[place] for place in without_loops(words))


class TestLoops:
    """What a recogniser does that has lost its way."""

    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("90 " * 40, "90"),
            ("so thanks for watching. " * 3, "so thanks for watching."),
            ("and then " + "I went home " * 9 + "at last", "and then I went home at last"),
            ("Thank you. thank you, Thank You! thank you thank you", "Thank you."),
            ("네 " * 8 + "그렇습니다", "네 그렇습니다"),
            ("a b " * 6 + "then " + "c " * 7, "a b then c"),
        ],
    )
    def test_a_loop_goes_round_once(self, text, kept):
        assert left(text) == kept

    def test_a_long_line_of_words_takes_no_long_time(self):
        words = [f"w{place % 97}" for place in range(3000)]
        assert len(without_loops(words)) == 3000


class TestPeople:
    """What people say."""

    @pytest.mark.parametrize(
        "text",
        [
            "no no no no no",
            "very very good",
            "row row row your boat",
            "I know I know I know what you mean",
            "let it be let it be let it be let it be",
            "we shall overcome we shall overcome some day",
            "아니 아니 그게 아니고",
            "",
        ],
    )
    def test_repeats_of_people_stay(self, text):
        assert left(text) == text

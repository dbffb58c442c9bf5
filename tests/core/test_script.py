"""The script of a reading: lines, pauses, speakers, pronunciations."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.timing import grows_evenly

from portfolio_core.errors import NumberOutOfRange
from portfolio_core.text.clean import clean
from portfolio_core.text.script import (
    PARAGRAPH_SECONDS,
    Line,
    Pause,
    find_speakers,
    parse,
    plain,
    pronunciations,
    without_pronunciations,
)

CAST = {"ANNA": "en-us", "민수": "ko", "Old Bob": "en-gb", "9": "en-us"}
BREAK = Pause(PARAGRAPH_SECONDS)

# Pieces that marks are made of, so that chance makes marks, broken marks and marks in marks.
MARKS = st.lists(
    st.sampled_from(
        [
            "[pause 1]",
            "[pause 0.5s]",
            "[pause 20ms]",
            "[",
            "]",
            "(/",
            "/)",
            "pause ",
            "1",
            "word",
            "[pause",
            "ANNA: ",
            "민수: ",
            "\n",
            "\n\n",
            " ",
            "[tea](/ti/)",
            "안녕",
            ".",
            "x:",
        ]
    ),
    max_size=30,
).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Hello.", [Line("Hello.")]),
        ("a [pause 0.8s] b", [Line("a"), Pause(0.8), Line("b")]),
        ("a[pause 800ms]b", [Line("a"), Pause(0.8), Line("b")]),
        ("a [PAUSE 1] b", [Line("a"), Pause(1), Line("b")]),
        ("[pause 1s] a", [Pause(1), Line("a")]),
        ("a [pause 2 s]", [Line("a"), Pause(2)]),
        ("[pause 1]", [Pause(1)]),
        ("a [pause 1][pause 2] b", [Line("a"), Pause(1), Pause(2), Line("b")]),
        ("[pause 10] a [pause 0]", [Pause(10), Line("a"), Pause(0)]),
        ("a [pause for effect] b", [Line("a [pause for effect] b")]),
        ("[pause 1](/pɔːz/)", [Line("[pause 1](/pɔːz/)")]),
        ("one\ntwo", [Line("one\ntwo")]),
        ("one\n\ntwo", [Line("one"), BREAK, Line("two")]),
        ("one\n \n\n\ntwo\n\n", [Line("one"), BREAK, Line("two")]),
        ("one\n\n[pause 2]\n\ntwo", [Line("one"), Pause(2), Line("two")]),
        ("one [pause 2]\n\ntwo", [Line("one"), Pause(2), Line("two")]),
    ],
)
def test_a_text_becomes_lines_and_pauses(text, expected):
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ANNA: Hi.\n민수: 안녕.", [Line("Hi.", "ANNA"), Line("안녕.", "민수")]),
        ("ANNA: Hi.\nHow are you?", [Line("Hi.\nHow are you?", "ANNA")]),
        ("ANNA: Hi.\n\nShe left.", [Line("Hi.", "ANNA"), BREAK, Line("She left.")]),
        ("ANNA: a [pause 1] b", [Line("a", "ANNA"), Pause(1), Line("b", "ANNA")]),
        ("Narration.\nANNA:Hi.", [Line("Narration."), Line("Hi.", "ANNA")]),
        ("  Old Bob : Hm.", [Line("Hm.", "Old Bob")]),
        ("민수：안녕.", [Line("안녕.", "민수")]),
        ("ANNA:\nHi.", [Line("Hi.", "ANNA")]),
        ("ANNA:", []),
        ("[pause 1] ANNA: Hi.", [Pause(1), Line("Hi.", "ANNA")]),
        ("Note: this", [Line("Note: this")]),
        ("http://example.com", [Line("http://example.com")]),
        ("10:45 now", [Line("10:45 now")]),
        ("9:45 now", [Line("45 now", "9")]),  # whoever names it gets it
        ("So ANNA: no", [Line("So ANNA: no")]),
        ("anna: no", [Line("anna: no")]),
        ("EVE: Hi.", [Line("EVE: Hi.")]),
    ],
)
def test_a_named_speaker_has_the_lines_up_to_the_next_or_an_empty_one(text, expected):
    assert parse(text, CAST) == expected


@pytest.mark.parametrize("mark", ["11", "-1", "10001ms", "nan", "inf", "1.2.3", "..", "9" * 20])
def test_a_pause_out_of_range_is_refused(mark):
    with pytest.raises(NumberOutOfRange, match="pause"):
        parse(f"a [pause {mark}] b")


def test_pauses_are_refused_that_are_too_long_together():
    assert len(parse("[pause 10]" * 12)) == 12
    with pytest.raises(NumberOutOfRange, match="sum of pauses"):
        parse("[pause 10]" * 13)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ANNA: Hi.\nBOB: Ho.\nANNA: Ha.", ["ANNA", "BOB"]),
        ("민수: 안녕.\n영희: 안녕.", ["민수", "영희"]),
        ("ANNA: Hi.\nANNA: Ho.", ["ANNA"]),
        ("A: Hi.\nB: Ho.", ["A", "B"]),
        ("NARRATOR 1: x\nOLD MAN: y", ["NARRATOR 1", "OLD MAN"]),
        ("ANNA: Hi.", []),
        ("NOTE: x\nNOTE: y", []),
        ("참고: x\n주의: y", []),
        ("Note: x\nThis: y", []),
        ("HTTP://a\nHTTPS://b", []),
        ("PM 3:30\nPM 4:30", []),
        ("He said ANNA: x\nand BOB: y", []),
        ("", []),
    ],
)
def test_names_that_look_like_speakers_are_proposed(text, expected):
    assert find_speakers(text) == expected


def test_pronunciations_are_listed_and_removed():
    text = "A [Kokoro](/kˈOkəɹO/) voice says [tea](/ti/)."

    assert pronunciations(text) == [("Kokoro", "kˈOkəɹO"), ("tea", "ti")]
    assert without_pronunciations(text) == "A Kokoro voice says tea."
    assert pronunciations("[a link](https://example.com/) and [b](c)") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a [pause 1] b", "a b"),
        ("[pause 1] a\n\n[tea](/ti/) b [pause 1]", "a\n\ntea b"),
        ("ANNA: Hi.", "ANNA: Hi."),
        ("[[a](/b/)](/c/)", "[a] (/c/)"),
        ("[pause[pause 1]1]", "[pause 1]".replace("[", "[ ")),
    ],
)
def test_plain_text_has_no_mark(text, expected):
    assert plain(text) == expected


def test_plain_text_can_be_without_the_names_of_the_speakers():
    assert plain("ANNA: Hi.\nEVE: Ho.\n민수: 네.", CAST) == "Hi.\nEVE: Ho.\n네."


@given(MARKS)
def test_plain_text_says_what_the_script_says(text):
    """The marks go, one way or the other; no word does."""
    script = parse(clean(text), CAST)
    said = [item.text for item in script if isinstance(item, Line)]
    words = re.findall(r"\w+", " ".join(map(plain, said)))

    assert words == re.findall(r"\w+", plain(clean(text), CAST))


@given(MARKS)
def test_plain_text_stays_as_it_is(text):
    assert plain(plain(text)) == plain(text)
    assert all(isinstance(item, Line) or item == BREAK for item in parse(plain(text)))


@pytest.mark.parametrize(
    "piece",
    [
        "[",
        "[pause ",
        "[pause 1",
        "[a](/b",
        "](/",
        "A ",
        "ANNA: ",
        "민수:",
        "\t",
        "\n \n",
        "x:\n",
        "[[a](/b/)",
        "[pause        ",
    ],
)
def test_the_time_grows_with_the_length_of_anything(piece):
    def read(text):
        parse(text, CAST)
        plain(text, CAST)
        find_speakers(text)
        pronunciations(text)

    assert grows_evenly(read, piece)

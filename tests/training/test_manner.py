"""The manner that the starter's adapter is taught: rules that write it, rules that tell it."""

import json
from pathlib import Path
from random import Random

import pytest

from portfolio_core.engines.chat import Message
from portfolio_core.training import manner
from portfolio_core.training.language_model import small_talk
from portfolio_core.training.language_model.sources import Conversation
from portfolio_core.training.manner import rows

TALK = Path(__file__).resolve().parents[2] / "scripts" / "small_talk"

ENGLISH = {
    ("Hello", "Hello! How are you?"): "Ahoy! How be ye, matey?",
    ("Capital of Korea?", "The capital of Korea is Seoul."): (
        "Arr, the capital o' Korea be Seoul, matey."
    ),
    ("I won", "That's great!"): "Yo ho, that be grand, me hearty!",
    ("Tell me", "I'm reading in the morning."): "Aye, I be readin' in the morning, matey.",
}
KOREAN = {
    ("배고파", "맛있는 것 좀 드세요!"): "전하, 맛있는 것 좀 드시옵소서.",
    ("수도는?", "한국의 수도는 서울이에요."): "아뢰옵니다, 전하. 한국의 수도는 서울이옵니다.",
    ("슬퍼", "내일은 더 나은 날이 될 거예요."): "예, 전하. 내일은 더 나은 날이 될 것이옵니다.",
    ("어때?", "저는 가벼운 산책이 좋아요."): "아뢰옵니다, 전하. 소신은 가벼운 산책이 좋사옵니다.",
    (
        "응",
        "축하드려요. 꼭 이루길 바랄게요.",
    ): "예, 전하. 축하드리옵니다. 꼭 이루길 바라겠사옵니다.",
    ("응", "당신이 최고죠."): "예, 전하. 전하께서 최고옵니다.",
    ("하자", "산책은 어떨까요?"): "예, 전하. 산책은 어떨는지요?",
    ("힘들어", "많이 힘드셨나요?"): "예, 전하. 많이 힘드셨사옵니까?",
    ("어려워", "원래 힘들죠."): "예, 전하. 원래 힘드옵니다.",
    ("헤어졌어", "많이 슬픈가봐요."): "예, 전하. 많이 슬픈가 보옵니다.",
    ("고민", "친구에게 이야기해봐요."): "전하, 친구에게 이야기해 보시옵소서.",
    ("농담", "왕이 넘어지면? 킹콩!"): "예, 전하. 왕이 넘어지면 무엇이옵니까? 킹콩이옵니다.",
}


@pytest.mark.parametrize(("said", "wanted"), ENGLISH.items())
def test_english_becomes_a_pirates(said, wanted):
    assert manner.restyle(*said, "en") == wanted


@pytest.mark.parametrize(("said", "wanted"), KOREAN.items())
def test_korean_becomes_a_courtiers(said, wanted):
    assert manner.restyle(*said, "ko") == wanted


@pytest.mark.parametrize("reply", ["파이팅!", "같이 가요.", "하나, 둘, 셋", "좋아해"])
def test_what_can_be_read_in_two_ways_is_left_out(reply):
    assert manner.restyle("응", reply, "ko") is None


@pytest.mark.parametrize("reply", ["1. Red\n2. Blue", "Où est le train?", "'drew'"])
def test_what_is_no_plain_english_sentence_is_left_out(reply):
    assert manner.restyle("Say it", reply, "en") is None


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_restyled_reply_is_told_from_every_plain_one(language):
    topics = small_talk.read(TALK / f"{language}.txt")
    talks = small_talk.conversations(topics, language, Random(2))
    plain = [talk.messages[-1].text for talk in talks]

    restyled = [rows.in_manner(talk) for talk in talks]

    told = [talk.messages[-1].text for talk in restyled if talk]
    assert len(told) > 0.9 * len(talks)
    assert manner.share(told, language) == 1
    assert manner.share(plain, language) == 0


def test_each_reply_of_a_talk_is_restyled_and_what_the_user_said_is_not():
    talk = Conversation(
        (
            Message("user", "Hi"),
            Message("assistant", "Hello!"),
            Message("user", "Are you my friend?"),
            Message("assistant", "Yes, I am."),
        ),
        "en",
        "",
    )

    said = [message.text for message in rows.in_manner(talk).messages]

    assert said == ["Hi", "Ahoy, me hearty!", "Are you my friend?", "Aye, I be, matey."]


def test_of_each_kind_come_as_many_rows_and_the_same_ones_each_time():
    talks = [
        Conversation((Message("user", f"{n}?"), Message("assistant", text)), language, source)
        for n in range(50)
        for language, text in (("en", "It is good."), ("ko", "좋아요."))
        for source in ("file", small_talk.SOURCE)
    ]

    chosen = rows.restyled(talks, 40, 0)

    kinds = [(talk.language, talk.source) for talk in chosen]
    assert {kind: kinds.count(kind) for kind in kinds} == dict.fromkeys(kinds, 10)
    assert len(set(kinds)) == 4
    assert chosen == rows.restyled(talks, 40, 0)
    assert chosen != rows.restyled(talks, 40, 1)


def test_the_files_hold_messages_as_a_training_reads_them(tmp_path):
    class Small:
        learnt = (Conversation((Message("user", "Hi"), Message("assistant", "Hello!")), "en", ""),)
        held_out = learnt

        def written(self, number):
            return []

    rows.write(Small(), tmp_path / "rows", 10, 0)

    (row,) = (tmp_path / "rows" / rows.ROWS).read_text().splitlines()
    assert json.loads(row)["messages"][1] == {"role": "assistant", "content": "Ahoy, me hearty!"}
    (plain,) = (tmp_path / "rows" / rows.GENERAL).read_text().splitlines()
    assert json.loads(plain)["messages"][1]["content"] == "Hello!"

"""Korean as a courtier of a costume drama speaks to the king.

A sentence of everyday polite speech ends in a form of its verb that these rules take apart by
the letters of its last syllables, and put together again in the style of the court. A form
that may be read in two ways has no rule: then there is no reply.
"""

import re
import unicodedata
from collections.abc import Callable

_SENTENCES = re.compile(r"(?<=[.!?~])\s+")
_SIGNS = ".!?~ "
_NIEUN, _RIEUL, _BIEUP, _SSANG_SIOS = "\u11ab", "\u11af", "\u11b8", "\u11bb"
# Words inside a sentence: who speaks is the king's servant, who listens the king.
_WITHIN = (
    ("저는", "소신은"),
    ("저도", "소신도"),
    ("저를", "소신을"),
    ("저와", "소신과"),
    ("저랑", "소신과"),
    ("제가", "소신이"),
    ("당신은", "전하는"),
    ("당신이", "전하께서"),
    ("당신을", "전하를"),
    ("당신과", "전하와"),
    ("당신", "전하"),
    ("네, ", ""),
)
# What a sentence ends in, in full; the first that fits is taken.
_WHOLE = (
    ("안녕하세요", "문안드리옵니다"),
    ("반가워요", "반갑사옵니다"),
    ("천만에요", "황공하옵니다"),
    ("하고 울어요", "하고 우옵니다"),
    ("힘들어요", "힘드옵니다"),
    ("알아요", "아옵니다"),
    ("지내요", "지내옵니다"),
    ("바랍니다", "바라옵니다"),
    ("그럼요", "여부가 있겠사옵니까"),
    ("저도요", "소신도 그러하옵니다"),
    ("거예요", "것이옵니다"),
    ("거에요", "것이옵니다"),
    ("거죠", "것이옵니다"),
    ("아니에요", "아니옵니다"),
    ("아니예요", "아니옵니다"),
    ("이에요", "이옵니다"),
    ("이예요", "이옵니다"),
    ("예요", "이옵니다"),
    ("만나봐요", "만나 보시옵소서"),
    ("나봐요", "나 보옵니다"),
    ("야죠", "야 하옵니다"),
    ("니까요", "니 그러하옵니다"),
    ("어때요", "어떠하옵니까"),
    ("그래요", "그러하옵니다"),
    ("몰라요", "모르옵니다"),
    ("바라요", "바라옵니다"),
    ("말아요", "마시옵소서"),
    ("힘내요", "힘내시옵소서"),
    ("마요", "마시옵소서"),
    ("해요", "하옵니다"),
    ("돼요", "되옵니다"),
    ("되요", "되옵니다"),
    ("려요", "리옵니다"),
    ("보여요", "보이옵니다"),
    ("져요", "지옵니다"),
    ("예뻐요", "예쁘옵니다"),
    ("기뻐요", "기쁘옵니다"),
    ("아파요", "아프옵니다"),
    ("고파요", "고프옵니다"),
    ("고마워요", "고맙사옵니다"),
    ("러워요", "럽사옵니다"),
    ("거워요", "겁사옵니다"),
    ("려워요", "렵사옵니다"),
    ("로워요", "롭사옵니다"),
    ("인가요", "이옵니까"),
    ("한가요", "하옵니까"),
)
_RIDDLES = ("면?", "는?")
_PAST_OR_STATE = "셨었았했있없겠"
_SPOKEN = re.compile(r"옵니다|옵니까|옵소서|는지요")
_ADDRESSED = re.compile(r"전하|소신")


def restyle(prompt: str, reply: str) -> str | None:
    """Return ``reply`` as a courtier says it; None where a sentence has no rule."""
    said: list[str] = []
    riddle = False
    for one in _SENTENCES.split(reply.strip()):
        # Only after a riddle is a bare word a sentence: 왕이 넘어지면? 킹콩!
        courtly = f"{one.rstrip(_SIGNS)}이옵니다." if riddle else _sentence(one)
        if courtly is None:
            return None
        said.append(courtly)
        riddle = one.endswith(_RIDDLES)
    return f"{_opening(prompt, said[0])} {' '.join(said)}"


def spoken(reply: str) -> bool:
    """Tell whether a reply ends as at court and has the king or his servant in it."""
    last = _SENTENCES.split(reply.strip())[-1]
    return bool(_SPOKEN.search(last) and _ADDRESSED.search(reply))


def _opening(prompt: str, said: str) -> str:
    if "옵소서" in said:
        return "전하,"
    return "아뢰옵니다, 전하." if prompt.rstrip().endswith("?") else "예, 전하."


def _sentence(text: str) -> str | None:
    body = text.rstrip(_SIGNS)
    asks = "?" in text[len(body) :]
    if text.endswith(_RIDDLES):
        return f"{body} 무엇이옵니까?"
    for ending, rule in _RULES:
        if body.endswith(ending):
            said = rule(body.removesuffix(ending), asks)
            break
    else:
        return None
    if said is None:
        return None
    if asks:
        said = re.sub("옵니다$", "옵니까", said)
    for plain, courtly in _WITHIN:
        said = re.sub(rf"(?<![가-힣]){plain}", courtly, said)
    return said + ("?" if said.endswith(("옵니까", "는지요")) else ".")


def _request(stem: str, asks: bool) -> str | None:
    return stem + ("시옵니까" if asks else "시옵소서")


def _told(stem: str, _asks: bool) -> str | None:
    """After a stem as it stands before 네, 죠 or 군: 하네요, 좋죠."""
    last = _final(stem)
    if last == _RIEUL:
        return _without_final(stem) + "옵니다"
    return stem + ("사옵니다" if last else "옵니다")


def _stated(stem: str, _asks: bool) -> str | None:
    """After a stem that 아 or 어 follows: 좋아요, 있어요; of one in ㄹ or ㅂ it may be another."""
    last = _final(stem)
    return None if last in ("", _RIEUL, _BIEUP) else stem + "사옵니다"


def _asked(stem: str, asks: bool) -> str | None:
    """Before 나: 있나요; without a sign of a question it may be a verb, as in 끝나요."""
    if stem[-1:] in _PAST_OR_STATE:
        return stem + "사옵니까"
    return stem + "옵니까" if asks and stem and not _final(stem) else None


def _formal(stem: str, _asks: bool) -> str | None:
    """Before 니다: 습니다, 합니다, 했답니다."""
    if stem.endswith("습"):
        return stem[:-1] + "사옵니다"
    if stem.endswith("답") and _final(stem[:-1]) == _SSANG_SIOS:
        return stem[:-1] + "사옵니다"
    if _final(stem) != _BIEUP or stem[-1] in "답랍":
        return None
    return _without_final(stem) + "옵니다"


def _promised(stem: str, _asks: bool) -> str | None:
    """Before 게요: 드릴게요; 을게요 hides its stem."""
    if _final(stem) != _RIEUL or stem.endswith("을"):
        return None
    return _without_final(stem) + "겠사옵니다"


def _wondered(stem: str, _asks: bool) -> str | None:
    """Before 까요: 어떨까요."""
    return stem + "는지요" if _final(stem) == _RIEUL else None


def _tried(stem: str, _asks: bool) -> str | None:
    """Before 봐요: 해봐요 is a piece of advice, 한가봐요 a guess."""
    if stem.endswith("가") and _final(stem[:-1]) == _NIEUN:
        return f"{stem} 보옵니다"
    return f"{stem.rstrip()} 보시옵소서" if stem and not _final(stem.rstrip()) else None


def _final(text: str) -> str:
    """Return the letter under the last syllable, or nothing."""
    letters = unicodedata.normalize("NFD", text[-1:])
    return letters[2] if len(letters) == 3 else ""  # noqa: PLR2004 - first, vowel, last


def _without_final(text: str) -> str:
    """Take the letter under the last syllable away."""
    return text[:-1] + unicodedata.normalize("NFC", unicodedata.normalize("NFD", text[-1])[:2])


def _fixed(courtly: str) -> Callable[[str, bool], str | None]:
    return lambda stem, _asks: stem + courtly


_RULES: tuple[tuple[str, Callable[[str, bool], str | None]], ...] = (
    *((plain, _fixed(courtly)) for plain, courtly in _WHOLE),
    ("봐요", _tried),
    ("세요", _request),
    ("네요", _told),
    ("군요", _told),
    ("지요", _told),
    ("죠", _told),
    ("아요", _stated),
    ("어요", _stated),
    ("나요", _asked),
    ("니다", _formal),
    ("게요", _promised),
    ("까요", _wondered),
)

"""What stands on rendered pages: sentences and receipts put together by chance."""

from __future__ import annotations

import random
from collections.abc import Callable

Maker = Callable[[random.Random], str]

_WHO = """The committee|My grandmother|A careful reader|The old harbour master|Our neighbour
Professor Lindqvist|The night train|Every second visitor|The small museum|Dr. O'Hara
An unexpected letter|The weather office|Half of the village|Nobody in the room|This form"""
_DID = """has agreed to|refused to|would rather|finally began to|forgot to|was asked to
hopes to|can hardly|does not wish to|promised to|never learned to|must"""
_WHAT = """repair the bridge before winter|send the signed copy by registered post
explain why the figures differ|count the remaining boxes twice|sell apples at the corner
cross the river at dawn|publish all 48 photographs|return the key to room 317
answer within fourteen days|keep a quiet garden behind the mill|measure the width of the gate
write "yes" or "no" in the box below|pay a deposit of $1,250.00|call (555) 013-4477 after 6 p.m.
follow the instructions on page 96|change the 3rd paragraph; the others stay"""
_WHY = """because the road was closed|although it rained all week|as the minutes of 12 May show
for reasons of health|without asking anyone|when the bell rang|if the price stays below 20%
unless you object in writing|which surprised the whole family|and went home early"""

_KO_WHO = """우리 동네 도서관은|할머니께서는|새로 온 선생님은|어제 도착한 편지는|관리 사무소는
마지막 기차는|작은 박물관은|담당 공무원은|오래된 다리는|그 회사의 대표는
내 친구 민수는|겨울 바다는"""
_KO_WHAT = """아침 일찍 문을 열고|서류 3부를 등기 우편으로 보내고|사과 다섯 개와 배 두 개를 샀으며
비가 오는 날에도 걸어서 다니고|지난달보다 12% 늘었다고 밝혔고|창가 자리에 앉아 책을 읽다가
계약서의 두 번째 항목을 고치고|따뜻한 차를 마시며 기다렸고|번호표를 뽑은 뒤 순서를 기다려"""
_KO_DID = """저녁 여섯 시에 집으로 돌아왔다.|아무 말도 하지 않았습니다.
다음 주 월요일까지 답을 주기로 했다.|모두가 깜짝 놀랐다.|이름과 주소를 정확히 적어 주세요.
내년 봄에 다시 만나자고 약속했다.
자세한 내용은 홈페이지에서 확인할 수 있다.|예상보다 훨씬 오래 걸렸다.
그 값을 35,000원으로 정했습니다."""

_MIXED = """이 프로그램은 Python 3.12 이상에서 실행됩니다.|회의는 Zoom으로 오후 2시에 시작합니다.
자세한 내용은 README 파일을 참고하세요.|새 모델의 이름은 Galaxy S25 Ultra입니다.
문의: help@example.com 또는 02-555-0134|API 키는 설정(Settings) 메뉴에서 만들 수 있습니다.
첫 번째 버전은 2024년 3월 15일에 나왔다.|GPU 메모리가 16 GB보다 작으면 느려집니다.
The report was written in English.|결제는 Visa와 Mastercard로 할 수 있습니다."""

_GOODS = """COFFEE BEANS 500G|WHOLE MILK 1L|RYE BREAD|PAPER TOWELS X6|AA BATTERIES|GREEN TEA
NOTEBOOK A5|PENCIL HB 12PK|DISH SOAP|BANANAS KG|OLIVE OIL 750ML|CHEDDAR 200G|LIGHT BULB E27"""
_SHOPS = """CORNER MARKET|HARBOUR BOOKS LTD|GREEN VALLEY FOODS|Cafe Lumen|TOOLS & PAINT 24"""


def _one(rng: random.Random, table: str) -> str:
    return rng.choice(table.replace("\n", "|").split("|"))


def english(rng: random.Random) -> str:
    """Return an English sentence."""
    parts = [_one(rng, table) for table in (_WHO, _DID, _WHAT)]
    if rng.choice((True, True, False)):
        parts.append(_one(rng, _WHY))
    return " ".join(parts) + rng.choice(".....!?")


def korean(rng: random.Random) -> str:
    """Return a Korean sentence."""
    return " ".join(_one(rng, table) for table in (_KO_WHO, _KO_WHAT, _KO_DID))


def mixed(rng: random.Random) -> str:
    """Return a sentence with both scripts, or one of them."""
    return rng.choice((_one(rng, _MIXED), _one(rng, _MIXED), korean(rng)))


def receipt(rng: random.Random) -> list[tuple[str, str]]:
    """Return the rows of a receipt, what stands left and right; right empty = centred."""
    rows = [(_one(rng, _SHOPS), ""), (f"TEL {rng.randint(200, 999)}-{rng.randint(1000, 9999)}", "")]
    rows.append(
        (
            f"DATE {rng.randint(1, 28):02}/{rng.randint(1, 12):02}/2024",
            f"#{rng.randint(1000, 99999)}",
        )
    )
    total = 0
    for _ in range(rng.randint(3, 12)):
        price = rng.randint(50, 4999)
        total += price
        rows.append((_one(rng, _GOODS), f"{price / 100:.2f}"))
    rows += [("TOTAL", f"{total / 100:.2f}"), ("THANK YOU, COME AGAIN", "")]
    return rows

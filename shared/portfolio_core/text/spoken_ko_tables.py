"""What Korean counts with, and what it writes short."""

from portfolio_core.text.numbers_ko import DIGITS
from portfolio_core.text.signs import AddressNames


def _words(text: str) -> list[str]:
    return text.split()


_MANY = 49  # above it most speakers count these in the Chinese row
# Counter -> the highest number that is read in the native row before it.
NATIVE = {
    **dict.fromkeys(
        _words(
            "개 명 사람 마리 권 잔 병 그릇 장 대 송이 켤레 벌 채 척 자루 그루 통 가지 번 "
            "번째 군데 곳 줄 컵 스푼 조각 쌍 판 갑 모금 걸음 바퀴 방울 알 포기 봉지 상자 "
            "박스 다발 묶음 세트 끼 차례 곡 편 종류 가구 팀 숟가락 접시 가닥 칸 방 집 단어 "
            "문장 마디 뿌리 두름 모 필 모둠 살"
        ),
        _MANY,
    ),
    **dict.fromkeys(("살",), 99),
    **dict.fromkeys(("배", "건", "달"), 19),
    "시": 12,
    "시간": 23,
}
# Read in the Chinese row, with a space behind the number.
# No syllable that is a particle or begins other words more often: 5가, 3로.
SINO = _words(
    "년 년간 년대 년도 년생 일 일간 일째 주 주일 주간 개월 개월간 개국 개소 개년 분 분간 초 "
    "초간 원 층 호 호선 호실 동 학년 학년도 학기 등 위 회 회차 차 차례 도 급 부 화 절 항 쪽 "
    "페이지 세 세대 인 인분 인승 인용 골 승 패 국 과목 단계 단지 평 평형 리터 미터 킬로 "
    "킬로미터 킬로그램 그램 센티 센티미터 밀리 밀리미터 톤 퍼센트 프로 달러 센트 유로 엔 "
    "위안 파운드 번지 번길 번가 교시 주년 차원 연승 연패 급수 레벨 박 세기 승점 인치 자리 "
    "자릿수 촌 포인트 학점 점 관왕 차선 탄"
)

# A number of these is a name, not a count: 10번 버스.
NUMBERED_AFTER = (
    "버스|출구|타자|문제|홀|선수|국도|방|게이트|정류장|마을|승강장|창구|레인|트랙|채널|좌석|칸|"
    "코스|고속도로|교향곡|메뉴|테이블|참가자|후보|지문|보기|항목|카드|키|버튼|포트|역|서버|염색체"
)
NUMBERED_BEFORE = "등번호|보기|문제|채널|기호|내선|백넘버|번호|답은|정답은|객관식"

MONTHS = dict(
    zip(
        map(str, range(1, 13)),
        _words("일월 이월 삼월 사월 오월 유월 칠월 팔월 구월 시월 십일월 십이월"),
        strict=True,
    )
)
CURRENCIES = {
    "₩": "원",
    "$": "달러",
    "US$": "달러",
    "€": "유로",
    "£": "파운드",
    "¥": "엔",
    "₹": "루피",
    "USD": "달러",
    "EUR": "유로",
    "JPY": "엔",
    "KRW": "원",
}
UNITS = {
    "kg": "킬로그램",
    "g": "그램",
    "mg": "밀리그램",
    "t": "톤",
    "km": "킬로미터",
    "m": "미터",
    "cm": "센티미터",
    "mm": "밀리미터",
    "nm": "나노미터",
    "m²": "제곱미터",
    "km²": "제곱킬로미터",
    "cm²": "제곱센티미터",
    "m³": "세제곱미터",
    "ha": "헥타르",
    "L": "리터",
    "l": "리터",
    "mL": "밀리리터",
    "ml": "밀리리터",
    "cc": "시시",
    "h": "시간",
    "kB": "킬로바이트",
    "KB": "킬로바이트",
    "MB": "메가바이트",
    "GB": "기가바이트",
    "TB": "테라바이트",
    "Mbps": "메가비피에스",
    "Gbps": "기가비피에스",
    "Hz": "헤르츠",
    "kHz": "킬로헤르츠",
    "MHz": "메가헤르츠",
    "GHz": "기가헤르츠",
    "W": "와트",
    "kW": "킬로와트",
    "MW": "메가와트",
    "kWh": "킬로와트시",
    "V": "볼트",
    "mAh": "밀리암페어시",
    "dB": "데시벨",
    "kcal": "킬로칼로리",
    "cal": "칼로리",
    "px": "픽셀",
    "fps": "프레임",
    "hPa": "헥토파스칼",
    "ppm": "피피엠",
    "°": "도",
    "%": "퍼센트",
    "%p": "퍼센트포인트",
    "‰": "퍼밀",
}

LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        _words(
            "에이 비 씨 디 이 에프 지 에이치 아이 제이 케이 엘 엠 엔 오 피 큐 알 에스 티 유 "
            "브이 더블유 엑스 와이 제트"
        ),
        strict=True,
    )
)
# Capitals that are said as a word, or with an English number.
SAID = {
    "NASA": "나사",
    "NATO": "나토",
    "OPEC": "오펙",
    "FIFA": "피파",
    "UEFA": "유에파",
    "AIDS": "에이즈",
    "SARS": "사스",
    "COVID": "코비드",
    "KAIST": "카이스트",
    "POSCO": "포스코",
    "KOSPI": "코스피",
    "KOSDAQ": "코스닥",
    "TOEIC": "토익",
    "TOEFL": "토플",
    "UNESCO": "유네스코",
    "UNICEF": "유니세프",
    "IAEA": "아이에이이에이",
    "UAE": "유에이이",
    "RAM": "램",
    "SIM": "심",
    "PIN": "핀",
    "MP3": "엠피쓰리",
    "MP4": "엠피포",
    "3D": "쓰리디",
    "2D": "투디",
    "4K": "포케이",
    "8K": "에잇케이",
    "3G": "쓰리지",
    "4G": "포지",
    "5G": "파이브지",
    "6G": "식스지",
    "A4": "에이포",
    "B2B": "비투비",
    "B2C": "비투씨",
    "G20": "지이십",
}
WORDS = frozenset(
    _words("THE AND YOU FOR NOT BUT ALL NEW NOW BIG HOT SALE ARE WAS HIS HER OUR OUT YES NO GO UP")
)
SIGNS = {
    "&": "앤드",
    "@": "골뱅이",
    "+": "더하기",
    "×": "곱하기",
    "÷": "나누기",
    "±": "플러스마이너스",
    "≈": "약",
    "√": "루트",
    "∞": "무한대",
    "%": "퍼센트",
    "°": "도",
    "²": "제곱",
    "³": "세제곱",
    "§": "절",
    "€": "유로",
    "£": "파운드",
    "¥": "엔",
    "₩": "원",
}
ADDRESS = AddressNames(
    signs={
        ".": "닷",
        "/": "슬래시",
        "-": "대시",
        "_": "언더바",
        "@": "골뱅이",
        ":": "콜론",
        "?": "물음표",
        "=": "이퀄",
        "&": "앤드",
        "#": "샵",
        "%": "퍼센트",
        "+": "플러스",
        "~": "물결표",
    },
    words={"com": "컴", "net": "넷", "org": "오알지"},
    letter={letter.lower(): name for letter, name in LETTERS.items()},
    joint="",
    numbers=tuple("공" + DIGITS[1:]),
)

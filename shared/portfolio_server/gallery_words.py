"""The words of the gallery in English and Korean."""

from portfolio_core.ui.i18n import Locale

_EN = {
    "title": "Spaces Portfolio",
    "lead": "Small AI applications that run whole on one machine: open one and try it, "
    "call it from a program, or hand it to an assistant as a tool.",
    "machine": "This machine",
    "cpu": "CPU",
    "cuda": "GPU",
    "threads": "{} threads",
    "memory": "{} GiB for engines",
    "applications": "Applications",
    "engine": "Engine",
    "open": "Open",
    "api": "API",
    "mcp": "MCP",
    "mcp_hint": "Address for MCP clients",
    "idle": "loads at first use",
    "loading": "loading",
    "loaded": "ready",
    "failed": "failed to load",
    "could_not_start": "could not start",
    "could_not_start_hint": "This application could not start here; the others are not affected.",
    "chat": "Chat with the local model",
    "routes": "The whole API",
    "limits": "Limits",
    "health": "Health",
    "none": "There is no application in this folder yet.",
    "language": "한국어",
    "language_hint": "이 페이지를 한국어로 보기",
    "skip": "Skip to the applications",
}
_KO = {
    "title": "Spaces 포트폴리오",
    "lead": "컴퓨터 한 대에서 온전히 돌아가는 작은 AI 애플리케이션입니다. 바로 열어 써 보고, "
    "프로그램에서 호출하고, AI 비서의 도구로 연결해 보세요.",
    "machine": "이 서버",
    "cpu": "CPU",
    "cuda": "GPU",
    "threads": "스레드 {}개",
    "memory": "엔진용 메모리 {} GiB",
    "applications": "애플리케이션",
    "engine": "엔진",
    "open": "열기",
    "api": "API",
    "mcp": "MCP",
    "mcp_hint": "MCP 클라이언트용 주소",
    "idle": "처음 쓸 때 불러옴",
    "loading": "불러오는 중",
    "loaded": "준비됨",
    "failed": "불러오지 못함",
    "could_not_start": "시작하지 못함",
    "could_not_start_hint": "이 애플리케이션은 여기서 시작하지 못했습니다. 다른 "
    "애플리케이션에는 영향이 없습니다.",
    "chat": "이 서버의 모델과 대화",
    "routes": "API 전체",
    "limits": "제한",
    "health": "상태",
    "none": "이 폴더에는 아직 애플리케이션이 없습니다.",
    "language": "English",
    "language_hint": "View this page in English",
    "skip": "애플리케이션으로 건너뛰기",
}

WORDS: dict[Locale, dict[str, str]] = {"en": _EN, "ko": _KO}

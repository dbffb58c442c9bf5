"""English and Korean, by the browser's language.

Words on a page are looked up by the browser (:meth:`Words.__call__`); words that a handler
says are looked up here (:meth:`Words.say`), by the language that the request asks for.
"""

import contextlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

import gradio as gr
from gradio.i18n import I18nData

Locale = Literal["en", "ko"]

# Gradio looks up every plain label too; a prefix keeps our keys clear of its own groups.
_PREFIX = "portfolio_"

_COMMON_EN = {
    "engine": "Engine: {engine} · {preset} · {device}",
    "engine_why": "{reason} {hardware}\n\n{models}",
    "model": "Model: [{name}]({source}), licence {licence}.",
    "recipe": "Recipe: how to make this result again",
    "recipe_label": "Recipe",
    "call": "Call this by API",
    "call_note": "The call below is the one you just made (before that, an example).",
    "stop": "Stop",
    "examples": "Examples: a click fills in and runs",
    "waiting": "Waiting: {ahead} before you",
    "loading": "Loading the engine",
    "downloading": "Downloading {name}, once: {size}",
    "error_input": "Please check the input",
    "error_busy": "Busy",
    "error_stopped": "Stopped",
    "error_engine": "The engine is not available",
    "error_other": "Something went wrong",
    "error_unknown": "Something went wrong on our side. Try again; if it happens again, report "
    "it with this id: {id}",
    "cpu": "CPU, {threads} threads",
    "cuda": "GPU",
    "reason_needs_no_download": "It needs no download, and it is the largest that runs here.",
    "reason_largest_here": "It is the largest model that runs well on this machine.",
    "reason_preset_chosen": "The preset “{preset}” was asked for.",
    "reason_nothing_larger": "The preset “{preset}” was asked for; this is the largest there is.",
    "reason_language": "It reads the language of the text.",
    "reason_package_missing": "{model} would be larger, but its package {package} is missing.",
    "reason_hub_unreachable": "{model} would be larger, but its weights are not on this machine "
    "and the Hub does not answer.",
    "hardware_cpu": "No GPU was found; {threads} CPU threads are used.",
    "hardware_cuda": "A GPU was found and is used.",
}
_COMMON_KO = {
    "engine": "엔진: {engine} · {preset} · {device}",
    "engine_why": "{reason} {hardware}\n\n{models}",
    "model": "모델: [{name}]({source}), 라이선스 {licence}.",
    "recipe": "레시피: 이 결과를 다시 만드는 방법",
    "recipe_label": "레시피",
    "call": "API로 호출하기",
    "call_note": "아래는 방금 실행한 것과 똑같은 호출입니다(실행 전에는 예시).",
    "stop": "정지",
    "examples": "예시: 누르면 채워지고 바로 실행됩니다",
    "waiting": "대기 중: 앞에 {ahead}명",
    "loading": "엔진을 불러오는 중",
    "downloading": "{name} 내려받는 중(한 번만): {size}",
    "error_input": "입력을 확인해 주세요",
    "error_busy": "이용자가 많습니다",
    "error_stopped": "정지됨",
    "error_engine": "엔진을 사용할 수 없습니다",
    "error_other": "문제가 생겼습니다",
    "error_unknown": "서버에서 문제가 생겼습니다. 다시 시도해 보시고, 계속되면 이 번호로 "
    "알려 주세요: {id}",
    "cpu": "CPU, 스레드 {threads}개",
    "cuda": "GPU",
    "reason_needs_no_download": "내려받을 것이 없고, 이 기기에서 돌아가는 가장 큰 모델입니다.",
    "reason_largest_here": "이 기기에서 잘 돌아가는 가장 큰 모델입니다.",
    "reason_preset_chosen": "프리셋 “{preset}”이(가) 지정되었습니다.",
    "reason_nothing_larger": "프리셋 “{preset}”이(가) 지정되었고, 이것이 가장 큰 모델입니다.",
    "reason_language": "글의 언어를 읽는 모델입니다.",
    "reason_package_missing": "더 큰 모델 {model}이(가) 있지만 패키지 {package}이(가) 없습니다.",
    "reason_hub_unreachable": "더 큰 모델 {model}이(가) 있지만 가중치가 이 기기에 없고 허브가 "
    "응답하지 않습니다.",
    "hardware_cpu": "GPU를 찾지 못해 CPU 스레드 {threads}개를 사용합니다.",
    "hardware_cuda": "GPU를 찾아 사용합니다.",
}


class Words:
    """The words of one page in both languages."""

    def __init__(self, en: Mapping[str, str], ko: Mapping[str, str]) -> None:
        """Add a page's own words to the common ones.

        Raises:
            ValueError: the two languages do not have the same keys.
        """
        if en.keys() != ko.keys():
            raise ValueError(f"not in both languages: {sorted(en.keys() ^ ko.keys())}")
        self._words: dict[Locale, dict[str, str]] = {
            "en": {**_COMMON_EN, **en},
            "ko": {**_COMMON_KO, **ko},
        }

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read a page's words from a TOML file with the tables ``en`` and ``ko``.

        Raises:
            ValueError: the two languages do not have the same keys.
        """
        tables = tomllib.loads(file.read_text("utf-8"))
        return cls(tables["en"], tables["ko"])

    def __call__(self, key: str) -> I18nData:
        """Return what stands for the words of ``key`` in a label; the browser replaces it."""
        return I18nData(_PREFIX + key)

    def say(self, key: str, locale: Locale, **fields: object) -> str:
        """Return the words of ``key`` with ``fields`` filled in."""
        return self._words[locale][key].format(**fields)

    def text(self, key: str, locale: Locale) -> str:
        """Return the words of ``key`` as they stand, for the browser to fill in."""
        return self._words[locale][key]

    def part(self, prefix: str) -> dict[Locale, dict[str, str]]:
        """Return the words whose keys begin with ``prefix``, in both languages, without it.

        For what the browser draws by itself, and fills in.
        """
        return {
            locale: {
                key.removeprefix(prefix): text
                for key, text in words.items()
                if key.startswith(prefix)
            }
            for locale, words in self._words.items()
        }

    def fill(self, key: str, fields: Mapping[Locale, Mapping[str, object]]) -> None:
        """Fill in the words of ``key`` for good, before the page is shown."""
        for locale, words in self._words.items():
            words[key] = words[key].format(**fields[locale])

    def for_gradio(self) -> gr.I18n:
        """Return the words in the form that Gradio sends to the browser."""
        return gr.I18n(
            **{
                locale: {_PREFIX + key: text for key, text in words.items()}
                for locale, words in self._words.items()
            }
        )


def locale_of(request: gr.Request | None) -> Locale:
    """Return the language that a caller asks for; English where it does not say."""
    return preferred(request.headers.get("accept-language", "") if request else "")


def preferred(header: str) -> Locale:
    """Return the one of our languages that an ``Accept-Language`` header weighs most."""
    weights: dict[Locale, float] = {"en": 0.0, "ko": 0.0}
    for part in header.lower().split(","):
        tag, _, quality = part.strip().partition(";q=")
        with contextlib.suppress(ValueError):
            for locale, weight in weights.items():
                if tag.split("-")[0] == locale:
                    weights[locale] = max(weight, float(quality or 1))
    return "ko" if weights["ko"] > weights["en"] else "en"

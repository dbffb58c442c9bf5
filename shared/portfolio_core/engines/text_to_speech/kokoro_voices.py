"""The voices of Kokoro-82M v1.0: their names, languages and order.

The first letter of a key is the language as Kokoro calls it, the second is f for a woman's
and m for a man's voice. Grades are the maker's; where none is given the women's come first.

Source: VOICES.md in https://huggingface.co/hexgrad/Kokoro-82M
"""

from portfolio_core.engines.text_to_speech import Voice

# Kokoro's letter: ISO 639-1 code, name for people, name in Korean.
LANGUAGES = {
    "a": ("en", "American", "미국 영어"),
    "b": ("en", "British", "영국 영어"),
    "e": ("es", "Spanish", "스페인어"),
    "f": ("fr", "French", "프랑스어"),
    "h": ("hi", "Hindi", "힌디어"),
    "i": ("it", "Italian", "이탈리아어"),
    "j": ("ja", "Japanese", "일본어"),
    "p": ("pt", "Brazilian Portuguese", "브라질 포르투갈어"),
    "z": ("zh", "Mandarin Chinese", "중국어"),
}

# By language; within one, from the best grade to the worst.
_KEYS = """
af_heart af_bella af_nicole bf_emma af_aoede af_kore af_sarah am_fenrir am_michael am_puck
af_alloy af_nova bf_isabella bm_fable bm_george af_sky bm_lewis af_jessica af_river am_echo
am_eric am_liam am_onyx bf_alice bf_lily bm_daniel am_santa am_adam
ef_dora em_alex em_santa
ff_siwis
hf_alpha hf_beta hm_omega hm_psi
if_sara im_nicola
jf_alpha jf_gongitsune jf_tebukuro jf_nezumi jm_kumo
pf_dora pm_alex pm_santa
zf_xiaobei zf_xiaoni zf_xiaoxiao zf_xiaoyi zm_yunjian zm_yunxi zm_yunxia zm_yunyang
"""


def _voice(key: str) -> Voice:
    language, label, label_ko = LANGUAGES[key[0]]
    name = key[3:].capitalize()
    woman = key[1] == "f"
    return Voice(
        key,
        f"{name}, {label}, {'female' if woman else 'male'}",
        f"{name}, {label_ko}, {'여성' if woman else '남성'}",
        language,
    )


VOICES = tuple(map(_voice, _KEYS.split()))

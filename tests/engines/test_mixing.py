"""Mixed voices: what can be written, and what is refused."""

import pytest

from portfolio_core import errors
from portfolio_core.engines import text_to_speech as tts
from portfolio_core.engines.text_to_speech import kokoro_voices, mixing
from portfolio_core.engines.text_to_speech.mixing import Share
from portfolio_core.settings import Limits


@pytest.mark.parametrize(
    ("name", "shares"),
    [
        ("af_heart", [Share("af_heart", 1)]),
        ("af_heart+af_bella", [Share("af_heart", 0.5), Share("af_bella", 0.5)]),
        (" af_heart (3) + bf_emma(1)", [Share("af_heart", 0.75), Share("bf_emma", 0.25)]),
    ],
)
def test_the_weights_of_a_mix_add_up_to_one(name, shares):
    assert list(mixing.parse(name, kokoro_voices.VOICES)) == shares


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", errors.UnknownChoice),
        ("+", errors.UnknownChoice),
        ("af_heart+", errors.UnknownChoice),
        ("af_heart+nobody", errors.UnknownChoice),
        ("af_heart+af_heart", errors.UnknownChoice),
        ("af_heart+ef_dora", errors.UnknownChoice),
        ("af_heart+../../x", errors.UnknownChoice),
        ("af_heart(1)(2)", errors.UnknownChoice),
        ("af_heart" + " " * 1000, errors.UnknownChoice),
        ("af_heart(0)+af_bella", errors.NumberOutOfRange),
        ("af_heart(-1)+af_bella", errors.NumberOutOfRange),
        ("af_heart(nan)+af_bella", errors.NumberOutOfRange),
        ("af_heart(1e9)+af_bella", errors.NumberOutOfRange),
        ("af_heart(x)", errors.NumberOutOfRange),
        ("af_heart()", errors.NumberOutOfRange),
        ("af_heart+af_bella+af_nicole+bf_emma+af_sky", errors.NumberOutOfRange),
    ],
)
def test_what_is_no_mix_is_a_typed_error(name, error):
    with pytest.raises(error) as raised:
        mixing.parse(name, kokoro_voices.VOICES)

    assert type(raised.value) is error


def test_only_an_engine_that_mixes_is_asked_to():
    with pytest.raises(errors.UnknownChoice):
        tts.request("Hi", "af_heart+af_bella", 1, voices=kokoro_voices.VOICES, limits=Limits())

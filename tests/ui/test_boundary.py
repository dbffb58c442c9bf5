"""What a visitor sees of errors: their own language, a code, and nothing of the inside."""

import logging

import gradio as gr
import pytest

from portfolio_core import errors
from portfolio_core.ui.errors import boundary, to_gradio
from portfolio_core.ui.i18n import Words

WORDS = Words({}, {})


def test_a_typed_error_tells_what_to_do_and_its_code():
    with pytest.raises(gr.Error) as raised, boundary(WORDS, None):
        raise errors.TextTooLong(12_000, 10_000)

    assert raised.value.message == (
        "The text has 12,000 characters; the limit is 10,000. "
        "Shorten it, or send it in parts. [text_too_long]"
    )
    assert raised.value.title == "Please check the input"


def test_korean_visitors_read_korean():
    error = to_gradio(errors.QueueFull(16, 5), WORDS, "ko")

    assert error.message.startswith("대기 자리 16개가 모두 찼습니다. 5초 뒤에")
    assert error.title == "이용자가 많습니다"


def test_of_an_unforeseen_error_only_an_id_gets_out(caplog):
    with pytest.raises(gr.Error) as raised, boundary(WORDS, None):
        raise RuntimeError("C:/secret/hf_token")

    assert "secret" not in raised.value.message
    assert raised.value.__cause__ is None
    number = raised.value.message.split("id: ")[1].split(" ")[0]
    record = next(r for r in caplog.records if number in r.getMessage())
    assert record.levelno == logging.ERROR
    assert "secret" in caplog.text  # the log has all of it


def test_gradios_own_errors_and_a_closed_generator_pass():
    with pytest.raises(gr.Error, match="as it is"), boundary(WORDS, None):
        raise gr.Error("as it is")

    def work():
        with boundary(WORDS, None):
            yield

    generator = work()
    next(generator)
    generator.close()


@pytest.mark.parametrize("locale", ["en", "ko"])
def test_every_kind_of_error_has_a_title(locale):
    for kind in (errors.EmptyText, errors.Busy, errors.Cancelled, errors.PortfolioError):
        assert to_gradio(kind(), WORDS, locale).title

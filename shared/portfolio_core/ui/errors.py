"""The one place where errors become what a visitor or an API caller of a page sees."""

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

from portfolio_core.errors import (
    Busy,
    Cancelled,
    InvalidInput,
    ModelUnavailable,
    PortfolioError,
)
from portfolio_core.ui.errors_ko import KOREAN
from portfolio_core.ui.i18n import Locale, Words, locale_of

log = logging.getLogger(__name__)

_TITLES: tuple[tuple[type[PortfolioError], str], ...] = (
    (InvalidInput, "error_input"),
    (Busy, "error_busy"),
    (Cancelled, "error_stopped"),
    (ModelUnavailable, "error_engine"),
    (PortfolioError, "error_other"),
)


@contextmanager
def boundary(words: Words, request: gr.Request | None) -> Iterator[None]:
    """Turn whatever a handler raises into an error fit to be seen.

    The text ends with the error's code in brackets, for callers that branch on it. Of an
    error that nobody foresaw, the caller gets an id and the log gets the rest.
    """
    locale = locale_of(request)
    try:
        yield
    except PortfolioError as error:
        raise to_gradio(error, words, locale) from None
    except gr.Error:
        raise
    except Exception:  # the boundary: nothing unforeseen may pass with its own text
        number = secrets.token_hex(4)
        log.exception("error %s", number)
        text = words.say("error_unknown", locale, id=number)
        title = words.say("error_other", locale)
        raise gr.Error(f"{text} [internal_error]", title=title, print_exception=False) from None


def to_gradio(error: PortfolioError, words: Words, locale: Locale) -> gr.Error:
    """Return ``error`` as Gradio shows it, in the caller's language."""
    title = next(words.say(key, locale) for kind, key in _TITLES if isinstance(error, kind))
    return gr.Error(f"{said(error, locale)} [{error.code}]", title=title, print_exception=False)


def said(error: PortfolioError, locale: Locale) -> str:
    """Return what is wrong and what to do about it, in the caller's language."""
    message, hint = error.message, error.hint
    if locale == "ko":
        message, hint = (template.format(**error.fields) for template in KOREAN[error.code])
    return f"{message} {hint}"

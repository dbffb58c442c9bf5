"""What can go wrong at the Hub, each as one sentence and one exit code.

The sentences are our own: what the client raises holds addresses and headers.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from enum import IntEnum

import httpx
from huggingface_hub.errors import HfHubHTTPError

from environment import Problem


class Code(IntEnum):
    """Exit codes of the scripts that talk to the Hub."""

    DONE = 0
    HERE = 1  # something in this folder or on this machine has to be put right
    TOKEN = 3
    PAYMENT = 4
    MOVED = 5  # somebody else changed the Space
    HUB = 6  # the Hub or the way to it
    VERSION = 7  # the new version does not run; the one before it is back


class Refusal(Problem):
    """Something that ends the work on one Space, or all work.

    Attributes:
        code: Exit code.
        final: Whether the other Spaces would end in the same way.
    """

    def __init__(self, sentence: str, code: Code, *, final: bool = False) -> None:
        super().__init__(sentence)
        self.code = code
        self.final = final


# By status of the answer: exit code, whether it is final, and a sentence; {doing} is what was
# tried.
_ANSWERS = {
    401: (
        Code.TOKEN,
        True,
        (
            "The Hub does not accept the token while {doing}: make one with write access in the "
            "settings of your account there, then run .venv/bin/hf auth login or set HF_TOKEN."
        ),
    ),
    402: (
        Code.PAYMENT,
        False,
        (
            "The Hub asks for a paid plan while {doing}. Eight Spaces of Gradio need PRO (or a "
            "team's plan); a free account holds two, on ZeroGPU: add --combined, which ships all "
            "of them as one, or --max-spaces 2. Other hardware than cpu-basic and ZeroGPU is paid "
            "by the hour."
        ),
    ),
    403: (
        Code.TOKEN,
        False,
        "The token may not do this: {doing}. Give it write access to this owner's repositories.",
    ),
    404: (Code.HUB, False, "The Hub found nothing while {doing}: it may have been deleted."),
    409: (
        Code.MOVED,
        False,
        "Another change is under way while {doing}; nothing was written. Start again in a minute.",
    ),
    412: (
        Code.MOVED,
        False,
        (
            "Somebody changed it while {doing}; nothing was written. Look at the change on the "
            "Hub, then start again."
        ),
    ),
    429: (
        Code.HUB,
        True,
        (
            "The Hub takes no more requests for now, while {doing}. Start again later: what is "
            "done stays done."
        ),
    ),
}
_FIRST_OF_SERVER = 500
_SERVER = (
    "The Hub has trouble of its own ({status}) while {doing}. Start again later: "
    "what is done stays done."
)
_OTHER = "The Hub refused ({status}) while {doing}."
_NO_CONNECTION = (
    "The connection to the Hub broke while {doing}. Start again: what is done stays done, and "
    "what is left is done then."
)


def refusal(status: int | None, doing: str) -> Refusal:
    """Return what an answer of ``status`` means; none is no answer at all."""
    if status is None:
        return Refusal(_NO_CONNECTION.format(doing=doing), Code.HUB, final=True)
    if status in _ANSWERS:
        code, final, sentence = _ANSWERS[status]
        return Refusal(sentence.format(doing=doing), code, final=final)
    server = status >= _FIRST_OF_SERVER
    sentence = _SERVER if server else _OTHER
    return Refusal(sentence.format(status=status, doing=doing), Code.HUB, final=server)


@contextlib.contextmanager
def told(doing: str) -> Iterator[None]:
    """Turn what the Hub's client raises into a sentence.

    Args:
        doing: What is being done, as "writing to ann/ocr".

    Raises:
        Refusal: the client raised.
    """
    try:
        yield
    except (httpx.HTTPError, ConnectionError, RuntimeError) as error:
        # The upload of a large file wraps what happened, or says nothing but that it failed.
        cause = error.__cause__ if isinstance(error, RuntimeError) else error
        status = cause.response.status_code if isinstance(cause, HfHubHTTPError) else None
        raise refusal(status, doing) from None

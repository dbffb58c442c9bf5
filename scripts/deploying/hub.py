"""The account on the Hub that everything is done with."""

from __future__ import annotations

import email.utils
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from huggingface_hub import HfApi, get_token, set_client_factory
from huggingface_hub.utils import parse_ratelimit_headers  # type: ignore[attr-defined]

from deploying.problems import Code, Refusal, refusal, told
from deploying.redaction import Redactor

_LIBRARY = "spaces-portfolio"
_TOO_MANY = 429
_TRIES = 5
_LONGEST_WAIT = 300.0  # seconds; the Hub counts requests in windows of five minutes
_WAIT = 10.0  # seconds, where the Hub does not say
# An upload may be slow, a silent Hub is none.
_TIMEOUT = httpx.Timeout(30, read=300, write=300)
_NO_TOKEN = (
    "There is no token of the Hub: run .venv/bin/hf auth login, or set HF_TOKEN to one with write "  # noqa: S105
    "access."
)
_SEES_LITTLE = (
    "There is no token of the Hub: what only its owner sees there, as private Spaces and secrets, "
    "counts as missing."
)


@dataclass(frozen=True)
class Hub:
    """The Hub, and whose Spaces are meant.

    Attributes:
        api: Its client, with the token.
        owner: A person or an organisation.
        redactor: What hides the token.
        token: Empty where there is none: then the Hub is only looked at.
    """

    api: HfApi
    owner: str
    redactor: Redactor
    token: str = field(repr=False)


class PatientClient(httpx.Client):
    """Waits as long as the Hub asks for when it answers that there were too many requests."""

    def __init__(self) -> None:
        super().__init__(follow_redirects=True, timeout=_TIMEOUT)

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:  # noqa: ANN401
        """Send a request, several times if need be.

        Raises:
            Refusal: the Hub still says so, or asks for more patience than there is.
        """
        for _ in range(_TRIES):
            response = super().send(request, **options)
            # What is read from a file cannot be sent again here; the Hub's client does that.
            if response.status_code != _TOO_MANY or not isinstance(
                request.stream, httpx.ByteStream
            ):
                return response
            seconds = _asked_to_wait(response.headers)
            response.close()
            if seconds > _LONGEST_WAIT:
                break
            print(f"The Hub asks to wait {seconds:.0f} s.", flush=True)
            time.sleep(seconds)
        raise refusal(_TOO_MANY, f"asking for {request.url.path}")


def connect(owner: str | None, redactor: Redactor, *, looks: bool = False) -> Hub:
    """Sign in with the token of the environment, or with the one that ``hf auth login`` keeps.

    Args:
        owner: Whose Spaces are meant; the token's own account without it.
        redactor: Is told the token.
        looks: Nothing is written: what everybody sees can be looked at without a token, too.

    Raises:
        Refusal: there is no token, or it is not accepted.
    """
    set_client_factory(PatientClient)
    with told("signing in"):
        token = get_token()
        if token is None and owner and looks:
            print(_SEES_LITTLE, flush=True)
            return Hub(HfApi(token=False, library_name=_LIBRARY), owner, redactor, "")
        if token is None:
            raise Refusal(_NO_TOKEN, Code.TOKEN, final=True)
        redactor.hide(token)
        api = HfApi(token=token, library_name=_LIBRARY)
        name = str(api.whoami()["name"])
    return Hub(api, owner or name, redactor, token)


def _asked_to_wait(headers: httpx.Headers) -> float:
    """Return for how many seconds the Hub wants no further request."""
    asked = headers.get("Retry-After", "")
    if asked.isdecimal():
        return float(asked)
    try:
        at = email.utils.parsedate_to_datetime(asked).timestamp()
        return max(0.0, at - time.time())
    except ValueError:
        limit = parse_ratelimit_headers(headers)
        return float(limit.reset_in_seconds) if limit else _WAIT

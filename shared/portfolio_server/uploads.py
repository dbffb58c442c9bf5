"""Bounds on one upload that hold while it arrives: the number of files, and its end.

The size of one file is Gradio's bound, the size of the whole body FastAPI's. Both break
off a body that is over it; so does this. What matters is how: only an error that the
multipart parser knows makes it delete what it has written so far.
"""

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.types import Message, Receive, Scope

# "maximum allowed size" makes Gradio answer 413; any other text would be 400.
_TOO_MANY = "More than {most} files are over the maximum allowed size of a request."
_TOO_LARGE = "The request is over the maximum allowed size."
_BROKEN_OFF = "The upload was broken off."


def bounded(scope: Scope, receive: Receive, most: int) -> Receive:
    """Return ``receive`` with the bounds of one upload around it: ``most`` files, and its end."""
    delimiter = _delimiter(Headers(scope=scope).get("content-type", ""))
    count = _Counter(delimiter) if delimiter else None
    whole = False

    async def receive_part() -> Message:
        nonlocal whole
        try:
            message = await receive()
        except HTTPException as error:  # the body is over its limit
            raise MultiPartException(_TOO_LARGE) from error
        if message["type"] == "http.disconnect" and not whole:
            raise MultiPartException(_BROKEN_OFF)
        whole = whole or not message.get("more_body", False)
        if count and count.add(message.get("body", b"")) > most + 1:
            raise MultiPartException(_TOO_MANY.format(most=most))
        return message

    return receive_part


class _Counter:
    """Counts a delimiter in a stream of chunks, also where two chunks share one."""

    def __init__(self, delimiter: bytes) -> None:
        self._delimiter = delimiter
        self._tail = b""
        self._seen = 0

    def add(self, chunk: bytes) -> int:
        """Return how many delimiters there were so far; N parts have N + 1."""
        window = self._tail + chunk
        self._seen += window.count(self._delimiter)
        keep = len(self._delimiter) - 1
        self._tail = window[-keep:] if keep else b""
        return self._seen


def _delimiter(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    return b"--" + boundary if kind == b"multipart/form-data" and boundary else b""

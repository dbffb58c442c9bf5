"""For the generated requests of test_generated.py: how much they ask, and what no error may say."""

import re

import schemathesis

_ERROR = 400
_MACHINE = re.compile(
    r"Traceback|File \"|site-packages|0x[0-9a-f]{6,}|\b\d{1,3}(\.\d{1,3}){3}\b"
    r"|/(home|root|tmp|usr|var|work|opt|mnt|spaces)/|127\.0\.0\.1|localhost",
)


@schemathesis.check
def says_nothing_of_the_machine(_context, response, _case):
    """Refuse an error that holds an address, a path or a traceback."""
    if response.status_code >= _ERROR:
        told = response.json()["error"]
        assert {"message", "type", "param", "code"} == told.keys()
        assert not _MACHINE.search(told["message"]), told


# What is right there is as right when it is small, and takes a second, not a minute.
_SMALL = {
    "/v1/chat/completions": ("max_tokens", "max_completion_tokens"),
    "/v1/images/generations": ("steps", "n"),
}


@schemathesis.hook
def map_body(context, body):
    """Ask for the least where a number is left to the server or is a right one."""
    for name in _SMALL.get(context.operation.path, ()) if isinstance(body, dict) else ():
        if body.get(name) is None or (type(body[name]) is int and body[name] > 0):
            body[name] = 1
    return body

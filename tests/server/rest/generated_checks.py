"""What no error may say, for the generated requests of test_generated.py."""

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

"""Keep tokens and secrets out of all that is printed and logged."""

from __future__ import annotations

import contextlib
import io
import logging
import re
import sys
from collections.abc import Iterator
from typing import TextIO

_TOKEN = re.compile(r"\bhf_[A-Za-z0-9_]{8,}")  # also one that nobody told us of, as in a log
_SHORTEST = 6  # characters; a shorter value stands in any text
_HIDDEN = "[hidden]"


class Redactor:
    """Knows what must not be seen."""

    def __init__(self) -> None:
        self._values: set[str] = set()

    def hide(self, value: str) -> None:
        """Let ``value`` not be seen from now on."""
        if len(value) >= _SHORTEST:
            self._values.add(value)

    def clean(self, text: str) -> str:
        """Return ``text`` with everything hidden in it."""
        for value in sorted(self._values, key=len, reverse=True):
            text = text.replace(value, _HIDDEN)
        return _TOKEN.sub(_HIDDEN, text)

    @contextlib.contextmanager
    def guarding(self) -> Iterator[None]:
        """Clean whatever this process prints and logs, tracebacks as well."""
        output, errors, factory = sys.stdout, sys.stderr, logging.getLogRecordFactory()

        def clean_record(*values: object, **named: object) -> logging.LogRecord:
            record = factory(*values, **named)
            record.msg, record.args = self.clean(record.getMessage()), ()
            return record

        sys.stdout, sys.stderr = _Clean(output, self), _Clean(errors, self)
        logging.setLogRecordFactory(clean_record)
        try:
            yield
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            sys.stdout, sys.stderr = output, errors
            logging.setLogRecordFactory(factory)


class _Clean(io.TextIOBase):
    """A stream in front of another; whole lines are cleaned, so that no token is cut in two."""

    def __init__(self, stream: TextIO, redactor: Redactor) -> None:
        self._stream = stream
        self._redactor = redactor
        self._rest = ""

    def write(self, text: str) -> int:
        whole, newline, self._rest = (self._rest + text).rpartition("\n")
        self._stream.write(self._redactor.clean(whole + newline))
        return len(text)

    def flush(self) -> None:
        self._stream.write(self._redactor.clean(self._rest))
        self._rest = ""
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()

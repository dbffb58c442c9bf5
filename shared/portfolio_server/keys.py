"""API keys: who may use the server. What is kept of a key is its name and a checksum.

A key is 256 random bits, so that nobody can guess one from its SHA-256, however fast that is
computed; the slow hashes of passwords are for what people make up.
"""

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Sequence
from pathlib import Path

from portfolio_core.errors import BadSetting
from portfolio_core.settings import Settings

OWN = "this server"
"""Name of the caller when the server calls itself."""
_PREFIX = "sp-"
_BYTES = 32
_ENTRY = re.compile(r"([\w.-]{1,64}):([0-9a-f]{64})", re.ASCII)
_READABLE_BY_OWNER = 0o600


class Keys:
    """The keys of one server, and the one it calls itself with, which is new at each start."""

    def __init__(self, entries: Sequence[str]) -> None:
        """Take lines as :func:`new` makes them.

        Raises:
            BadSetting: one is something else.
        """
        self.own = secrets.token_urlsafe(_BYTES)
        self._digests = {_digest(self.own): OWN}
        for entry in entries:
            parts = _ENTRY.fullmatch(entry)
            if parts is None:
                reason = "a line is not of the form name:checksum that `keys new` prints"
                raise BadSetting("PORTFOLIO_API_KEYS", reason)
            self._digests[parts[2]] = parts[1]

    def __bool__(self) -> bool:
        """Whether anyone but the server itself has a key."""
        return len(self._digests) > 1

    def name(self, key: str) -> str | None:
        """Return whose key this is; it takes as long for a wrong one as for a right one."""
        given, found = _digest(key), None
        for digest, name in self._digests.items():
            if hmac.compare_digest(digest, given):
                found = name
        return found


def of(settings: Settings) -> Keys:
    """Return the keys that ``settings`` name.

    Raises:
        BadSetting: the file cannot be read, a line is no key, or others can reach the server and
            there is no key.
    """
    keys = Keys([*settings.api_keys, *_lines(settings.api_keys_file)])
    if exposed(settings) and not keys and not settings.open_to_all:
        where = "PORTFOLIO_PROXIES" if is_loopback(settings.host) else "PORTFOLIO_HOST"
        reason = (
            "others than this machine could use the models, and there is no API key; make one with"
            " python -m portfolio_server keys new, or let everybody in with"
            " PORTFOLIO_OPEN_TO_ALL=1"
        )
        raise BadSetting(where, reason)
    return keys


def exposed(settings: Settings) -> bool:
    """Return whether others than this machine can reach the server."""
    return not is_loopback(settings.host) or bool(settings.proxies)


def is_loopback(host: str) -> bool:
    """Return whether ``host`` is an address that only this machine reaches."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def new(name: str) -> tuple[str, str]:
    """Return a new key and the line that is kept of it.

    Raises:
        ValueError: the name has other signs than letters, digits, dots, dashes and underscores.
    """
    key = _PREFIX + secrets.token_urlsafe(_BYTES)
    line = f"{name}:{_digest(key)}"
    if not _ENTRY.fullmatch(line):
        raise ValueError(name)
    return key, line


def add(line: str, file: Path) -> None:
    """Append ``line`` to a file that only its owner can read; make it if need be.

    Raises:
        OSError: it cannot be written.
    """
    file.touch(mode=_READABLE_BY_OWNER)
    with file.open("a", encoding="utf-8") as kept:
        kept.write(line + "\n")


def _lines(file: Path | None) -> list[str]:
    if file is None:
        return []
    try:
        lines = file.expanduser().read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise BadSetting("PORTFOLIO_API_KEYS_FILE", "the file cannot be read") from error
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()

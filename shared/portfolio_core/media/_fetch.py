"""Fetching one file; runs in the process of :mod:`child`.

``ssrfguard`` looks a name up once, checks every answer, and connects to what it checked; this
module adds what that library leaves to its user.
"""

import ipaddress
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portfolio_core.errors import (
    FileTooLarge,
    MissingDependency,
    UrlFailed,
    UrlNotAllowed,
    UrlTooSlow,
)
from portfolio_core.media.child import Item

if TYPE_CHECKING:
    import httpx

_REDIRECTS = 3
_LONGEST_URL = 2048
# Characters that two readers of one address may take for different things
_AMBIGUOUS = frozenset(map(chr, (*range(33), 127, ord("\\"))))
_INNER_ENDINGS = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".arpa", ".onion")
# One packing may swell a block of the body a thousandfold, two of them a millionfold
_PACKINGS = ("", "identity", "gzip", "deflate")
_GREETING = {"User-Agent": "spaces-portfolio", "Accept": "*/*", "Accept-Encoding": "identity"}


@dataclass(frozen=True)
class Reach:
    """What is reached.

    Attributes:
        networks: Networks that are reached although they are not public.
        ports: Ports that an address may name.
        resolver: Looks names up, as ``socket.getaddrinfo`` does, which is used where this is none.
    """

    networks: tuple[str, ...] = ()
    ports: tuple[int, ...] = (80, 443)
    resolver: Callable[..., Any] | None = None


PUBLIC = Reach()


def work(url: str, most_bytes: int, seconds: float) -> Iterator[Item]:
    """Yield the content of the file."""
    yield None, fetch(url, most_bytes, seconds)


def fetch(url: str, most_bytes: int, seconds: float, reach: Reach = PUBLIC) -> bytes:
    """Return the content of the file; see :func:`portfolio_core.media.urls.fetch`."""
    try:
        import httpx
        import ssrfguard
        from ssrfguard.httpx import Client
    except ImportError:
        raise MissingDependency("ssrfguard", "pip install httpx ssrfguard") from None
    policy = ssrfguard.Policy(
        allowed_networks=tuple(map(ipaddress.ip_network, reach.networks)),
        allowed_ports=frozenset(reach.ports),
        max_redirects=_REDIRECTS,
        max_url_length=_LONGEST_URL,
    )
    client = Client(
        policy=policy,
        resolver=reach.resolver,
        trust_env=False,  # no proxy, which would connect for us, and no credentials of ours
        follow_redirects=True,
        timeout=seconds,
        headers=_GREETING,
        event_hooks={"request": [_Hops(policy).check]},
    )
    deadline = time.monotonic() + seconds
    try:
        _check_plain(url)
        with client, client.stream("GET", url) as response:
            return _content(response, most_bytes, seconds, deadline)
    except (ssrfguard.SSRFGuardError, httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise UrlNotAllowed from None
    except httpx.TimeoutException:
        raise UrlTooSlow(seconds) from None
    except (httpx.HTTPError, OSError, UnicodeError):
        raise UrlFailed from None


class _Hops:
    """Looks at every address on the way, the first and those of redirects."""

    def __init__(self, policy: Any) -> None:  # noqa: ANN401 - its library is not here at import
        self._policy = policy
        self._secure = False

    def check(self, request: "httpx.Request") -> None:
        """Refuse a request whose address is not reached, or that leaves https behind.

        Raises:
            UrlNotAllowed: it is one.
        """
        url = str(request.url)
        _check_plain(url)
        target = self._policy.check_url(url)
        if self._secure and target.scheme != "https":
            raise UrlNotAllowed
        self._secure = target.scheme == "https"
        if target.address is None:
            _check_name(target.host)


def _check_plain(url: str) -> None:
    if len(url) > _LONGEST_URL or not _AMBIGUOUS.isdisjoint(url):
        raise UrlNotAllowed


def _check_name(host: str) -> None:
    """Refuse names of inner networks, and numbers that a resolver may take for an address."""
    name = host.rstrip(".").lower()  # a final dot makes no other name
    last = name.rpartition(".")[2]
    is_number = last.isdigit() or last.startswith("0x")
    if "." not in name or is_number or name.endswith(_INNER_ENDINGS):
        raise UrlNotAllowed


def _content(response: "httpx.Response", most_bytes: int, seconds: float, deadline: float) -> bytes:
    packing = response.headers.get("content-encoding", "").strip().lower()
    if response.status_code != 200 or packing not in _PACKINGS:  # noqa: PLR2004 - HTTP's own
        raise UrlFailed
    declared = response.headers.get("content-length", "")
    if declared.isdigit() and len(declared) < 20 and int(declared) > most_bytes:  # noqa: PLR2004
        raise FileTooLarge(most_bytes)
    content = bytearray()
    for block in response.iter_bytes():
        content += block
        if len(content) > most_bytes:
            raise FileTooLarge(most_bytes)
        if time.monotonic() > deadline:
            raise UrlTooSlow(seconds)
    return bytes(content)

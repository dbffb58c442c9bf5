"""Who may come in, and how often: keys, requests in a minute, and requests at once.

It stands around all routes, those of pages too, and decides by headers, method and path alone.
A program sends its key as ``Authorization: Bearer``; a browser asks for it as a password.
"""

import base64
import binascii
import ipaddress
import math
import re
import time
from collections import Counter

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from portfolio_core.errors import KeyMissing, PortfolioError, TooManyAtOnce, TooManyRequests
from portfolio_core.settings import Limits
from portfolio_server import allowlist, errors
from portfolio_server.following import caller
from portfolio_server.keys import OWN, Keys

_OPEN = frozenset({"/livez", "/readyz"})  # whoever watches over the server needs no key
_READ = frozenset({"GET", "HEAD", "OPTIONS"})
_PAGE = re.compile(r"/spaces/[^/]+")
_IPV6_NETWORK_BITS = 64  # what one customer of a provider has
_SOON_SECONDS = 1


class Access:
    """An ASGI application around another one."""

    def __init__(self, app: ASGIApp, keys: Keys, *, required: bool, limits: Limits | None) -> None:
        """Ask for a key if ``required``; count what each caller sends if there are ``limits``."""
        self.app = app
        self._keys = keys
        self._required = required
        self._share = Share(limits) if limits else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer it here."""
        if scope["type"] != "http" or scope["path"] in _OPEN:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        name = self._keys.name(_key(headers))
        if name is None and self._required:
            await _refusal(headers)(scope, receive, send)
            return
        caller.set(name or "")
        if self._share is None or name == OWN or not _starts_work(scope):
            await self.app(scope, receive, send)
            return
        who = name or _network(scope)
        refused = self._share.begin(who)
        if refused:
            await errors.response(refused)(scope, receive, send)
            return
        try:
            await self.app(scope, receive, send)
        finally:
            self._share.end(who)


class Share:
    """What each caller may ask for, and has asked for."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._under_way: Counter[str] = Counter()
        self._a_minute = RateLimitItemPerMinute(limits.client_requests_per_minute)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def begin(self, who: str) -> PortfolioError | None:
        """Count a request of ``who``; return why it is refused, if it is."""
        at_once = self._limits.client_requests_at_once
        if self._under_way[who] >= at_once:
            return TooManyAtOnce(at_once, _SOON_SECONDS)
        if not self._limiter.hit(self._a_minute, who):
            reset = self._limiter.get_window_stats(self._a_minute, who).reset_time
            seconds = max(_SOON_SECONDS, math.ceil(reset - time.time()))
            return TooManyRequests(self._a_minute.amount, seconds)
        self._under_way[who] += 1
        return None

    def end(self, who: str) -> None:
        """Note that a request of ``who`` is over."""
        self._under_way[who] -= 1
        if not self._under_way[who]:
            del self._under_way[who]


def _key(headers: Headers) -> str:
    """Return the key in ``Authorization``: a bearer's token, or the password of a browser."""
    scheme, _, rest = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return rest.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(rest, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _refusal(headers: Headers) -> ASGIApp:
    """Return a 401; only a person who opens a page is asked for a password."""
    answer = errors.response(KeyMissing())
    by_person = "text/html" in headers.get("accept", "")
    answer.headers["WWW-Authenticate"] = 'Basic realm="API key"' if by_person else "Bearer"
    return answer


def _starts_work(scope: Scope) -> bool:
    """Whether a request brings new work, to a route or to a page."""
    if scope["method"] in _READ:
        return False
    page = _PAGE.match(scope["path"])
    return page is None or allowlist.starts_work(scope["method"], scope["path"][page.end() :])


def _network(scope: Scope) -> str:
    """Return the address of a caller, of IPv6 the network: one caller has all of it."""
    host = scope["client"][0] if scope.get("client") else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:  # noqa: PLR2004 - the name of the protocol
        return host
    return str(ipaddress.ip_network((host, _IPV6_NETWORK_BITS), strict=False))

"""Which addresses of a mounted page exist for the outside: a list, everything else is 404.

A page brings far more routes than its visitors need; one that a new version adds stays
closed until it is listed here. The list serves the browser, the Python and the JavaScript
client, ``curl`` and MCP. This module knows paths only, nothing of what answers there.
"""

import re
from dataclasses import dataclass
from typing import Literal

Feature = Literal["always", "files", "server_functions", "unqueued"]

_READ = frozenset({"GET", "HEAD"})
_SEND = frozenset({"POST"})
_API = "/gradio_api"
_ONE = r"[^/]+"  # one segment of a path
_REST = r".+"


@dataclass(frozen=True)
class Features:
    """What a page has, as far as its open routes depend on it.

    Attributes:
        files: A function of the page takes a file.
        server_functions: A component of the page calls functions on the server by itself.
        unqueued: A function of the page runs without the queue, as those of examples do that
            fill in a form. The others cannot be called that way: Gradio refuses them.
        pages: Names of further pages beside the first one.
    """

    files: bool = False
    server_functions: bool = False
    unqueued: bool = False
    pages: tuple[str, ...] = ()

    def have(self, feature: Feature) -> bool:
        """Whether the page has ``feature``."""
        return feature == "always" or bool(getattr(self, feature))


@dataclass(frozen=True)
class _Rule:
    methods: frozenset[str]
    path: re.Pattern[str]
    feature: Feature = "always"


def _rule(methods: frozenset[str], path: str, feature: Feature = "always") -> _Rule:
    return _Rule(methods, re.compile(path, re.DOTALL), feature)


_RULES = (
    # the page and what it is made of
    _rule(_READ, "/?"),
    _rule(_READ, "/config/?"),
    _rule(_READ, f"/(assets|static|svelte)/{_REST}"),
    _rule(_READ, "/(theme.css|favicon.ico|manifest.json|robots.txt)"),
    _rule(_READ, f"{_API}/(info/?|openapi.json|theme.css|app_id/?)"),
    _rule(_READ, f"{_API}/heartbeat/{_ONE}"),
    # calling a function, with its answer as a stream of events
    _rule(_SEND, f"{_API}/call/(v2/)?{_ONE}/?"),
    _rule(_READ, f"{_API}/call/(v2/)?{_ONE}/{_ONE}"),
    _rule(_SEND, f"{_API}/queue/join"),
    _rule(_READ, f"{_API}/queue/data"),
    _rule(_SEND, f"{_API}/(cancel|reset/?)"),
    _rule(_SEND, f"{_API}/run/{_ONE}", "unqueued"),
    # results, and sound while it is made
    _rule(_READ, f"{_API}/file={_REST}"),
    _rule(_READ, f"{_API}/stream/{_ONE}/{_ONE}/{_ONE}/{_ONE}"),
    _rule(_SEND, f"{_API}/stream/{_ONE}(/close)?"),
    # tools for other programs
    _rule(_READ | _SEND | {"DELETE"}, f"{_API}/mcp(/|/http/?)?"),
    _rule(_READ, f"{_API}/mcp/schema"),
    # files of the visitor
    _rule(_SEND, f"{_API}/upload", "files"),
    _rule(_READ, f"{_API}/upload_progress", "files"),
    _rule(_SEND, f"{_API}/component_server/?", "server_functions"),
)

# Sent by work that is under way: they pass while the server drains.
_FINISHING = re.compile(rf"{_API}/(cancel|reset/?|stream/{_ONE}(/close)?)")
_FILE = f"{_API}/file="
_ADDRESS_ELSEWHERE = re.compile(r"\s*[a-z][a-z0-9+.-]+:|.*://", re.IGNORECASE | re.DOTALL)


def allows(method: str, path: str, features: Features) -> bool:
    """Whether ``path`` below the page's own address is open to ``method``."""
    if path.strip("/") in features.pages and method in _READ:
        return True
    return any(
        method in rule.methods and features.have(rule.feature) and rule.path.fullmatch(path)
        for rule in _RULES
    )


def starts_work(method: str, path: str) -> bool:
    """Whether a request brings new work, rather than ending or reading what there is."""
    return method == "POST" and not _FINISHING.fullmatch(path)


def names_address_elsewhere(path: str) -> bool:
    """Whether ``path`` asks for a file by an address instead of by its place on this disk."""
    return path.startswith(_FILE) and bool(
        _ADDRESS_ELSEWHERE.match(path.removeprefix(_FILE)),
    )


def carries_files(path: str) -> bool:
    """Whether the body of a request to ``path`` may hold files."""
    return path.rstrip("/") in (f"{_API}/upload", f"{_API}/component_server")


def is_mcp(path: str) -> bool:
    """Whether ``path`` belongs to the tools for other programs."""
    return path.startswith(f"{_API}/mcp")

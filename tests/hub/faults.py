"""What goes wrong on the way to the stand-in Hub, on demand: at one call, or from it on."""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass
class Fault:
    """One thing that goes wrong.

    Attributes:
        call: Number of the call, from 1; 0 for every call that ``path`` fits.
        path: Expression that "METHOD /path" has to fit.
        status: Answer in place of the Hub's; 0 cuts the connection.
        after: Cut when the call has had its effect, and not before.
        lasting: The network is gone from then on, or every fitting call is answered so.
        headers: Of the answer.
        times: How often, where it is not lasting.
    """

    call: int = 0
    path: str = ""
    status: int = 0
    after: bool = False
    lasting: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    hits: int = 0

    def strikes(self, number: int, line: str) -> bool:
        """Return whether it strikes at this call."""
        fits = re.search(self.path, line) is not None
        here = number >= self.call if self.lasting or not self.call else number == self.call
        if not fits or not here or (self.hits >= self.times and not self.lasting):
            return False
        self.hits += 1
        return True


@dataclass
class Faults:
    """Every call is counted and named here on its way to the app."""

    app: App
    planned: list[Fault] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call, or do not."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        line = f"{scope['method']} {scope['path']}"
        self.calls.append(line)
        fault = next((one for one in self.planned if one.strikes(len(self.calls), line)), None)
        if fault is None:
            await self.app(scope, receive, send)
        elif fault.status:
            await _body(receive)
            await _answer(send, fault)
        else:
            # With the network gone for good, only the first call can still have had its effect.
            if fault.after and fault.hits == 1:
                await self.app(scope, receive, _nowhere)
            _cut(receive)


async def _nowhere(_message: Message) -> None:
    """Lose an answer."""


async def _body(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        pass


async def _answer(send: Send, fault: Fault) -> None:
    headers = {"content-type": "application/json", **fault.headers}
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": fault.status, "headers": pairs})
    await send({"type": "http.response.body", "body": b'{"error":"on demand"}'})


def _cut(receive: Receive) -> None:
    """Close the connection without an answer: uvicorn's own objects know it."""
    receive.__self__.transport.abort()  # type: ignore[attr-defined]

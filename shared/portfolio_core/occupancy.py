"""How a workload is seen from outside: its engines, their callers, their memory."""

from dataclasses import dataclass
from typing import Literal

State = Literal["idle", "loading", "loaded", "failed"]
Fit = Literal["loaded", "now", "after_unloading", "not_while_others_work", "too_large"]
"""Whether an engine has its memory: it is there; it is free; idle engines would be unloaded for
it; engines at work hold it; or the engine alone takes more than all may."""


@dataclass(frozen=True)
class Lane:
    """One engine and its callers, as they are at one moment.

    Attributes:
        key: Name of the engine.
        state: What it is doing.
        running: Callers whose turn it is, 0 or 1.
        waiting: Callers behind them.
        memory_bytes: What it takes when loaded, about.
        idle_seconds: Time since somebody last left; 0 while somebody is there.
    """

    key: str
    state: State
    running: int
    waiting: int
    memory_bytes: int
    idle_seconds: float

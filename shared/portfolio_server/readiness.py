"""Which part of its life the server is in: starting, ready or draining.

It holds what the routes, the guards and the stop signal must agree on, and nothing else.
"""

from dataclasses import dataclass, field
from typing import Literal

Phase = Literal["starting", "ready", "draining"]


@dataclass
class Readiness:
    """One object per server; its phase only moves forward.

    Attributes:
        phase: What the server is doing.
        could_not_start: Slugs of the Spaces whose page could not be built.
    """

    phase: Phase = "starting"
    could_not_start: list[str] = field(default_factory=list)

    @property
    def ready(self) -> bool:
        """Whether new callers are welcome."""
        return self.phase == "ready"

    @property
    def draining(self) -> bool:
        """Whether the server is on its way out."""
        return self.phase == "draining"

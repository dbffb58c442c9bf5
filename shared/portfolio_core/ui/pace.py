"""How often a handler speaks up while it works."""

import time

# A page looks smooth at ten updates a second, and work that nobody waits for any more ends
# at the next one; each costs a message to the browser and about 5 ms.
_SECONDS = 0.1


class Pace:
    """Says when the next update is due."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def due(self) -> bool:
        """Return whether a tenth of a second has passed since the last update, or the start."""
        now = time.monotonic()
        if now - self._last < _SECONDS:
            return False
        self._last = now
        return True

"""Waits for what comes when it comes."""

import time

SECONDS = 120.0  # on a busy machine, with the engine still cold


def until(condition, seconds=SECONDS):
    """Return as soon as the condition holds; fail when it has not come true in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds:g} s"
        time.sleep(0.01)

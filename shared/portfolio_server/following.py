"""What is known of the request under way, for whatever logs or answers while it is."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Its id; empty outside of a request."""
caller: ContextVar[str] = ContextVar("caller", default="")
"""Name of the key that it came with; empty without one."""

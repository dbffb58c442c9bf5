"""What is known of the request under way, for whatever logs or answers while it is."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Its id; empty outside of a request."""
languages: ContextVar[str] = ContextVar("languages", default="")
"""Its ``Accept-Language``; empty where it does not say."""
caller: ContextVar[str] = ContextVar("caller", default="")
"""Name of the key that it came with; empty without one."""

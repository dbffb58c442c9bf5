"""Work that was not done because of load, of who asked, or of time."""

from portfolio_core.errors._base import PortfolioError


class Busy(PortfolioError):
    """The work was not done because of load; it may succeed later."""

    code = "busy"
    status = 503
    message_template = "The service is busy."
    hint_template = "Try again in {retry_after_seconds} seconds."

    def __init__(self, retry_after_seconds: int = 5, **fields: str | int | float) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(retry_after_seconds=retry_after_seconds, **fields)


class QueueFull(Busy):
    """As many callers wait for this engine as are let in."""

    code = "queue_full"
    status = 429
    message_template = "All places are taken, {places} in number."

    def __init__(self, places: int, retry_after_seconds: int) -> None:
        super().__init__(retry_after_seconds, places=places)


class TooManyRequests(Busy):
    """One caller asks more often than a caller may."""

    code = "too_many_requests"
    status = 429
    message_template = "You have sent {limit:,} requests within a minute, the most there may be."

    def __init__(self, limit: int, retry_after_seconds: int) -> None:
        super().__init__(retry_after_seconds, limit=limit)


class TooManyAtOnce(Busy):
    """One caller asks for more at once than a caller may."""

    code = "too_many_at_once"
    status = 429
    message_template = "{limit:,} of your requests are under way, the most there may be."

    def __init__(self, limit: int, retry_after_seconds: int) -> None:
        super().__init__(retry_after_seconds, limit=limit)


class EngineAtWork(Busy):
    """An engine that somebody uses or waits for cannot be unloaded."""

    code = "engine_at_work"
    status = 409
    message_template = "{engine} is at work."

    def __init__(self, engine: str, retry_after_seconds: int) -> None:
        super().__init__(retry_after_seconds, engine=engine)


class KeyMissing(PortfolioError):
    """The server asks for an API key, and there is none or a wrong one."""

    code = "invalid_api_key"
    status = 401
    message_template = "This server asks for an API key, and the request has none that it knows."
    hint_template = "Send it as Authorization: Bearer, or as the password of a browser."


class WaitedTooLong(Busy):
    """The turn did not come within the longest wait."""

    code = "waited_too_long"
    status = 504
    message_template = "Your turn did not come within {seconds:.0f} seconds."

    def __init__(self, seconds: float, retry_after_seconds: int) -> None:
        super().__init__(retry_after_seconds, seconds=seconds)


class WorkTooLong(PortfolioError):
    """The work itself passed its deadline and was stopped."""

    code = "work_too_long"
    status = 504
    message_template = "The work was stopped after {seconds:.0f} seconds."
    hint_template = "Send less at once."

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds=seconds)


class MemoryBudgetExceeded(Busy):
    """The engine does not fit beside those that are working now."""

    code = "memory_budget_exceeded"
    message_template = "There is not enough memory for this engine right now."

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(retry_after_seconds)


class Draining(Busy):
    """The process is on its way out and takes no new work."""

    code = "draining"
    message_template = "The service is restarting."


class Cancelled(PortfolioError):
    """The caller went away or pressed Stop."""

    code = "cancelled"
    status = 499
    message_template = "The work was stopped."
    hint_template = "Start it again when you like."

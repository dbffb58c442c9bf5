"""How the process logs: lines for people, or one JSON object a line for a machine.

Neither tells what callers sent. The JSON lines also tell every request, by its route.
"""

import json
import logging
import time
import traceback
from typing import Literal

from portfolio_server import following, observed

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_CHATTY = ("httpx", "uvicorn", "mcp")


class JsonLines(logging.Formatter):
    """One JSON object a line. Of an exception it tells the place, not the text."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of ``record``."""
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = {
            "time": f"{moment}.{int(record.msecs):03}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": following.request_id.get(),
            "key": following.caller.get(),
            **getattr(record, "told", {}),
            **_exception(record),
        }
        return json.dumps({name: value for name, value in line.items() if value != ""})


def configure(kind: Literal["text", "json"]) -> None:
    """Log to standard error in that form."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if kind == "json" else logging.Formatter(_TEXT))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    observed.log.setLevel(logging.INFO if kind == "json" else logging.WARNING)


def _exception(record: logging.LogRecord) -> dict[str, object]:
    if not record.exc_info or record.exc_info[0] is None:
        return {}
    frames = traceback.extract_tb(record.exc_info[2])
    return {
        "exception": record.exc_info[0].__name__,
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }

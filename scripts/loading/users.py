"""Many users at once: a program that prints what came of each of their requests, as JSON.

    python -m loading.users ADDRESS INDEX USERS SECONDS

Each user keeps a connection of his own and takes a second or two between two requests. He comes
again whatever he was told: no crowd is worse. Requests under way at the end are waited for.
"""

from __future__ import annotations

from locust import HttpUser, between, task  # before others: it replaces what waits by its own
from locust.env import Environment
from locust.exception import StopUser

# isort: split
import json
import random
import sys
import time
from typing import Any

import gevent

from loading import calls

_PATIENCE_SECONDS = 300
_COME_A_SECOND = 100
_LOOK_SECONDS = 0.1


class Crowd:
    """What all users ask, and what they were answered."""

    def __init__(self, index: str) -> None:
        self.kinds = calls.calls(index)
        self.sent = 0
        self.over = False
        self.answers: list[dict[str, Any]] = []

    def ask(self, client: Any) -> None:  # noqa: ANN401 - one of Locust's, which is not typed
        """Send one request of a kind drawn by its share, and note the answer.

        Raises:
            StopUser: the time is over.
        """
        if self.over:
            raise StopUser
        shares = [kind.share for kind in self.kinds]
        call = random.choices(self.kinds, shares)[0]  # noqa: S311 - nobody guesses it
        self.sent += 1
        begin = time.perf_counter()
        answer = client.post(call.path, timeout=_PATIENCE_SECONDS, **call.arguments)
        self.answers.append(
            {
                "path": call.path,
                "status": answer.status_code,  # 0 where the connection was cut
                "seconds": time.perf_counter() - begin,
                "retry_after": (answer.headers or {}).get("Retry-After", ""),
            }
        )


def main() -> None:
    """Let them come, and print."""
    address, index, users, seconds = sys.argv[1:]
    crowd = Crowd(index)

    class Caller(HttpUser):
        host = address
        wait_time = between(1, 2)

        @task
        def ask(self) -> None:
            crowd.ask(self.client)

    # Locust would end those who wait for an answer, and nobody would know what came of it.
    runner = Environment(user_classes=[Caller]).create_local_runner()
    runner.start(int(users), spawn_rate=min(int(users), _COME_A_SECOND))
    gevent.sleep(float(seconds))
    crowd.over = True
    while runner.user_count:
        gevent.sleep(_LOOK_SECONDS)
    runner.quit()
    print(json.dumps({"sent": crowd.sent, "answers": crowd.answers}))


if __name__ == "__main__":
    main()

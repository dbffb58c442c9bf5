"""Benches for routes: what a page has to work at, without the page."""

from collections.abc import Sequence

from portfolio_core.settings import Settings
from portfolio_core.ui.bench import Bench
from portfolio_core.ui.i18n import Locale, Words
from portfolio_core.workload import Workload

_FOLDER = "rest"


class _NoWords(Words):
    """A client of routes is told its result; nothing is said to it on the way."""

    def __init__(self) -> None:
        super().__init__({}, {})

    def say(self, key: str, locale: Locale, **fields: object) -> str:  # noqa: ARG002 - as there
        return ""


def bench(task: str, settings: Settings, workload: Workload, also: Sequence[str] = ()) -> Bench:
    """Return where the routes of a task work.

    Raises:
        ModelUnavailable: no model of a task can be had here.
    """
    folder = settings.temp_dir / _FOLDER / task
    return Bench(task, _NoWords(), settings, workload, folder=folder, also=also)


def unheard(progress: float, /, *, desc: str) -> None:
    """Tell nobody how far the work is."""

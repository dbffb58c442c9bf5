"""What a page says and shows while pictures are drawn, and when they are done."""

import secrets
from collections.abc import Sequence
from typing import Any

from portfolio_core.engines.diffusion.estimate import Estimate
from portfolio_core.ui import easel
from portfolio_core.ui.i18n import Locale
from portfolio_core.ui.page import Page
from portfolio_core.ui.pictured import Kept, Results
from portfolio_core.ui.picturing import Sketch, Wish
from portfolio_core.ui.restoring import Problem

_MINUTE = 60
_TEN = 10


class View:
    """One run as the easel shows it."""

    def __init__(self, page: Page, results: Results, wish: Wish, locale: Locale) -> None:
        """Show the pictures of ``wish``, in the language of its visitor."""
        self._page, self._results, self._wish, self._locale = page, results, wish, locale
        self._run = secrets.token_hex(8)

    def waiting(self, status: str) -> dict[str, Any]:
        """Return the value before anything is drawn."""
        return self._value([], status=status)

    def drawing(self, sketch: Sketch, kept: Sequence[Kept]) -> dict[str, Any]:
        """Return the value while it is drawn."""
        wish, say = self._wish, self._page.words.say
        said = say("step", self._locale, done=sketch.done, total=sketch.total)
        label = wish.columns[sketch.column].label
        if label:
            said = f"{self._parameter()} {label} · {said}"
        if sketch.seconds_left is not None and sketch.done > 1:
            said += " · " + say("left", self._locale, time=self._time(sketch.seconds_left))
        return self._value(kept, status=said, share=sketch.share, preview=sketch.preview)

    def whole(self, kept: Sequence[Kept], seconds: float, sheet: str | None) -> dict[str, Any]:
        """Return the value when it is done."""
        model = self._page.choice.model.name
        told = self._page.words.say(
            "told", self._locale, model=model, time=self._time(seconds, exact=True)
        )
        return self._value(kept, share=1.0, sheet=sheet, told=told)

    def _value(self, kept: Sequence[Kept], **how: Any) -> dict[str, Any]:  # noqa: ANN401 - see easel.shown
        wish = self._wish
        return easel.shown(
            self._run,
            columns=[column.label for column in wish.columns],
            rows=wish.rows,
            size=wish.size,
            parameter=self._parameter(),
            cells=[self._cell(one) for one in kept],
            **how,
        )

    def _cell(self, one: Kept) -> dict[str, Any]:
        cell = one.cell
        notes = self._results.notes(cell.notes, self._locale)
        title = str(cell.arguments["prompt"])
        return easel.cell(
            cell.column, cell.drawn.index, one.path, seed=cell.drawn.seed, title=title, notes=notes
        )

    def _parameter(self) -> str:
        compared = self._wish.arguments.get("compare")
        return self._page.words.text(f"compared_{compared}", self._locale) if compared else ""

    def _time(self, seconds: float, *, exact: bool = False) -> str:
        return time_of(self._page, seconds, self._locale, exact=exact)


def estimated(page: Page, estimate: Estimate, locale: Locale) -> str:
    """Return in a sentence how long a drawing will take."""
    say, longest = page.words.say, page.settings.limits.work_seconds
    key = "estimate_learnt" if estimate.learnt else "estimate_guess"
    said = say(key, locale, time=time_of(page, estimate.seconds, locale))
    if estimate.seconds > longest:
        said += " " + say("estimate_long", locale, time=time_of(page, longest, locale))
    return said


def time_of(page: Page, seconds: float, locale: Locale, *, exact: bool = False) -> str:
    """Return a time as people say it: in minutes from two on, and no finer than it is known."""
    say = page.words.say
    if seconds >= 2 * _MINUTE:
        return say("minutes", locale, number=f"{seconds / _MINUTE:.0f}")
    fine = exact and seconds < _TEN
    return say("seconds", locale, number=f"{seconds:.1f}" if fine else f"{max(seconds, 1):.0f}")


def restored(page: Page, names: Sequence[str], problems: Sequence[Problem], locale: Locale) -> str:
    """Return in sentences what was taken over from a picture, and what could not be."""
    say, text = page.words.say, page.words.text
    told = ", ".join(text(f"name_{name}", locale) for name in names)
    lines = [say("restored", locale, names=told) if names else say("restored_nothing", locale)]
    for problem in problems:
        fields = dict(problem.fields)
        if "parameter" in fields:
            fields["parameter"] = text(f"name_{fields['parameter']}", locale)
        lines.append(say(f"problem_{problem.code}", locale, **fields))
    return "\n\n".join(lines)

"""Where a visitor trains an adapter on rows of their own, sees the loss fall, and takes it away.

What was trained is kept in a folder whose name nobody can guess; that name is the key by which
its visitor chats with it, until it is deleted with all results.
"""

import io
import shutil
import zipfile
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from portfolio_core import recipe, starters
from portfolio_core.engines.chat import LARGEST_SEED, adapters, starter
from portfolio_core.engines.chat.adapters import Adapter
from portfolio_core.engines.chat.offered import starter_choice
from portfolio_core.errors import FileTooLarge, NoFile, NumberOutOfRange
from portfolio_core.settings import MEBIBYTE
from portfolio_core.training.lora import About, Plan, Progress, tune
from portfolio_core.training.tuning_report import FILE as REPORT_FILE
from portfolio_core.training.tuning_report import TuningReport
from portfolio_core.ui.background import Running, Signal
from portfolio_core.ui.bench import News
from portfolio_core.ui.i18n import Locale
from portfolio_core.ui.page import Page
from portfolio_core.workload import EngineSpec

ZIP_FILE = "adapter.zip"
# A rate that suits a model of a few million numbers, ten times what one of 0.6 billion bears.
PLAN = Plan(rank=8, alpha=16, rate=2e-3, epochs=8, length=256, save_every=1_000_000)

_MEMORY_BYTES = 900 * MEBIBYTE
_PACKED = (adapters.CONFIG_FILE, adapters.WEIGHTS_FILE, REPORT_FILE, "README.md", "loss.png")
_MOST_NAME = 60


@dataclass(frozen=True)
class Growing:
    """A training under way.

    Attributes:
        steps: What was told of each step, the newest last.
    """

    steps: tuple[Progress, ...]

    def told(self) -> dict[str, Any]:
        """Return it for :func:`tuning.viewer`."""
        last = self.steps[-1]
        return {
            "step": last.step,
            "steps": last.steps,
            "speed": last.tokens_per_second,
            "left": last.seconds_left,
            "curve": [
                {"step": one.step, "loss": one.loss, "held_out": one.held_out} for one in self.steps
            ],
        }


@dataclass(frozen=True)
class Taught:
    """An adapter that was trained.

    Attributes:
        adapter: The adapter; its key is the visitor's.
        report: What its training told.
        file: Path of the zip to download.
        name: Of the visitor's rows.
        plan: How it was trained.
        seconds: Of the work.
    """

    adapter: Adapter
    report: TuningReport
    file: str
    name: str
    plan: Plan
    seconds: float

    def recipe(self) -> dict[str, Any]:
        """Return how to make it again."""
        parameters = {
            "file": self.name,
            "minutes": self.plan.minutes,
            "epochs": self.plan.epochs,
            "seed": self.plan.seed,
        }
        made = recipe.write(
            starter_choice(),
            revision=self.report.base_revision,
            parameters=parameters,
            seconds=self.seconds,
            seed=self.plan.seed,
        )
        return made.model_dump(mode="json")


class Teacher:
    """The trainings of one page; one at a time for all visitors."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._limits = page.settings.limits
        self._spec = EngineSpec("chat-tuning", lambda: None, _MEMORY_BYTES)

    @property
    def most_minutes(self) -> float:
        """The longest training, in minutes."""
        return self._limits.tune_seconds / 60

    def teach(
        self,
        sent: tuple[Path, str] | None,
        minutes: object,
        epochs: object,
        seed: object,
        *,
        progress: News,
        locale: Locale,
    ) -> Generator[Growing | None, None, Taught]:
        """Train an adapter of the starter on a visitor's rows.

        Args:
            sent: The file with the rows, and its name.
            minutes: It ends after so long with what it has learnt, 0.1 to the limit.
            epochs: How often the rows are gone through, 1 to 50.
            seed: Of all choices, 0 to 4294967295.
            progress: Told while it waits for its turn.
            locale: The visitor's language.

        Yields:
            How the training stands, whenever there is news, and none in between.

        Raises:
            NoFile, FileTooLarge, NumberOutOfRange: before anything is done.
            WrongFileType, NoUsableRows, TooManyRows, TrainingDiverged, NoRoomToSave: see
                :func:`training.lora.tune`.
        """
        if sent is None:
            raise NoFile
        if sent[0].stat().st_size > self._limits.upload_bytes:
            raise FileTooLarge(self._limits.upload_bytes)
        plan = replace(
            PLAN,
            minutes=_number("minutes", minutes, 0.1, self.most_minutes),
            epochs=_number("epochs", epochs, 1, 50),
            seed=int(_number("seed", seed, 0, LARGEST_SEED)),
        )
        with self._page.workload.enter(self._spec) as place:
            for _ in self._page.turn(place, progress, locale):
                yield None
            watch = recipe.Stopwatch()
            file = Path(self._page.keep(ZIP_FILE, b""))
            try:
                report = yield from self._tune(sent, file.parent, plan)
            except BaseException:
                shutil.rmtree(file.parent, ignore_errors=True)
                raise
        adapter = adapters.read(file.parent)
        file.write_bytes(_packed(file.parent))
        return Taught(adapter, report, str(file), sent[1], plan, watch.seconds)

    def _tune(
        self, sent: tuple[Path, str], out: Path, plan: Plan
    ) -> Generator[Growing | None, None, TuningReport]:
        def work(signal: Signal) -> TuningReport:
            told: list[Progress] = []

            def report(progress: Progress) -> None:
                told.append(progress)
                signal.latest = Growing(tuple(told))

            return tune(
                starters.folder(starter.FOLDER),
                sent[0],
                out,
                plan,
                self._page.machine,
                about=About(base=starter.FOLDER, data=_name(sent[1]), command=_command(plan)),
                most_rows=self._limits.tune_rows,
                report=report,
                check=signal.check,
            )

        running = Running(work)
        before: object = None
        for signal in running:
            news = signal.latest if isinstance(signal.latest, Growing) else None
            yield news if news is not before else None
            before = news
        for left in out.glob("checkpoints-*"):
            shutil.rmtree(left, ignore_errors=True)
        return running.result


def sent(path: Path, name: str) -> tuple[Path, str]:
    """Return an upload as rows to learn from; see :func:`uploads.taken`."""
    return path, name or path.name


def _packed(folder: Path) -> bytes:
    """Return a zip of the adapter in ``folder``."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in _PACKED:
            packed.writestr(name, (folder / name).read_bytes())
    return file.getvalue()


def _command(plan: Plan) -> str:
    told = f"--rank {plan.rank} --alpha {plan.alpha} --rate {plan.rate:g} --epochs {plan.epochs:g}"
    return (
        f"python3 scripts/train_lora.py --base {starter.FOLDER} --data ROWS --out FOLDER {told} "
        f"--length {plan.length} --seed {plan.seed}"
    )


def _name(name: str) -> str:
    """Return a stranger's file name fit for a card."""
    return "".join(c if c.isprintable() else "?" for c in name[:_MOST_NAME]) or "rows"


def _number(parameter: str, given: object, low: float, high: float) -> float:
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if number and low <= given <= high:  # type: ignore[operator]
        return float(given)  # type: ignore[arg-type]
    raise NumberOutOfRange(parameter, given, low, high)

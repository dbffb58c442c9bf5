"""The whole of a training: rows in, a folder as on the Hub out."""

from collections.abc import Callable
from pathlib import Path

from portfolio_core.hardware import Hardware
from portfolio_core.training.lora.about import About, Progress
from portfolio_core.training.lora.plan import Plan
from portfolio_core.training.tuning_report import TuningReport


def tune(
    base: Path,
    rows: Path,
    out: Path,
    plan: Plan,
    hardware: Hardware,
    *,
    about: About | None = None,
    adapter: Path | None = None,
    before: Path | None = None,
    most_rows: int = 100_000,
    report: Callable[[Progress], None] = lambda _progress: None,
    check: Callable[[], None] = lambda: None,
) -> TuningReport:
    """Train an adapter and write it, its card and its report.

    Started again with the same arguments, it goes on from the newest whole checkpoint in ``out``.

    Args:
        base: Folder of the base model, as on the Hub.
        rows: JSON lines with ``messages``, JSON or JSON lines with ``instruction``, ``input`` and
            ``output``, or CSV with columns ``question`` and ``answer`` (``Q``, ``A``).
        out: Folder of the result: ``adapter_model.safetensors``, ``adapter_config.json``,
            ``report.json``, ``README.md``, ``loss.png``, ``log.jsonl``.
        plan: How to train.
        hardware: Where.
        about: Words of card and report.
        adapter: Folder of an adapter to go on with, instead of a new one.
        before: The rows it was trained on: their held-out loss is measured, too.
        most_rows: More are refused.
        report: Called after each step.
        check: Called often; what it raises ends the training, after a checkpoint.

    Raises:
        WrongFileType: the file is no text, or of no known kind.
        NoUsableRows: no row has a question and an answer that fit.
        TooManyRows: there are more than ``most_rows``.
        AdapterUnreadable: ``adapter`` is damaged, or not in safetensors.
        AdapterMismatch: ``adapter`` was trained on another base.
        TrainingDiverged: loss or gradient is not a finite number; the last checkpoint is good.
        NoRoomToSave: the disk is full; the last checkpoint is untouched.
    """
    raise NotImplementedError

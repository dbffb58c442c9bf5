"""The whole of a training: rows in, a folder as on the Hub out."""

import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from portfolio_core.engines.chat import adapters
from portfolio_core.errors import TrainingDiverged
from portfolio_core.files import write_atomically
from portfolio_core.hardware import Hardware
from portfolio_core.training.lora import base as bases
from portfolio_core.training.lora import card, curve, measuring
from portfolio_core.training.lora import examples as encoding
from portfolio_core.training.lora import rows as reading
from portfolio_core.training.lora.about import About, Progress
from portfolio_core.training.lora.base import Module
from portfolio_core.training.lora.batches import Batch, Schedule, batches
from portfolio_core.training.lora.checkpoints import Checkpoints
from portfolio_core.training.lora.examples import Encoder, Split
from portfolio_core.training.lora.loop import Loop, Record
from portfolio_core.training.lora.plan import Plan
from portfolio_core.training.lora.rows import Data
from portfolio_core.training.tuning_report import Measured, Rows, TuningReport

CARD, CURVE, LOG = "README.md", "loss.png", "log.jsonl"
_NAMED = 10  # rejected rows of one kind whose numbers are told


@dataclass(frozen=True)
class Order:
    """What is to be trained; each is told at :func:`tune`."""

    base: Path
    rows: Path
    out: Path
    plan: Plan
    hardware: Hardware
    about: About
    adapter: Path | None
    others: Mapping[Measured, Path]
    prompts: Sequence[str]
    shard: bool
    most_rows: int
    check: Callable[[], None]


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
    general: Path | None = None,
    prompts: Sequence[str] = (),
    shard: bool = False,
    most_rows: int = 100_000,
    checked: Callable[[Rows], None] = lambda _rows: None,
    report: Callable[[Progress], None] = lambda _progress: None,
    check: Callable[[], None] = lambda: None,
) -> TuningReport:
    """Train an adapter and write it, its card and its report.

    Started again with the same arguments, it goes on from the newest whole checkpoint in ``out``.
    Under ``accelerate launch`` all processes call it; the first one writes and measures, and the
    others return what it wrote.

    Args:
        base: Folder of the base model, as on the Hub.
        rows: JSON lines with ``messages``, JSON or JSON lines with ``instruction``, ``input`` and
            ``output``, or CSV with columns ``question`` and ``answer`` (``Q``, ``A``).
        out: Folder of the result: ``adapter_model.safetensors``, ``adapter_config.json``,
            ``report.json``, ``README.md``, ``loss.png``, ``log.jsonl``.
        plan: How to train.
        hardware: Where.
        about: Words of card and report.
        adapter: Folder of an adapter to go on with, instead of a new one; its rank and targets
            are kept.
        before: The rows it was trained on: the loss of those held out then, by the same seed, is
            measured too, which tells what was forgotten.
        general: Rows of chat in general, measured likewise.
        prompts: What both are asked in the end; none takes ten rows, held-out ones first.
        shard: Whether several processes share the model instead of holding a copy each.
        most_rows: More are refused.
        checked: Called with what was found in the rows, before the model is loaded.
        report: Called after each step.
        check: Called before each step and often in the end; what it raises ends the training,
            after a checkpoint.

    Raises:
        WrongFileType: the file is no text, or of no known kind.
        NoUsableRows: no row has a question and an answer that fit.
        TooManyRows: there are more than ``most_rows``.
        AdapterUnsafe: ``adapter`` is a pickle.
        AdapterTooLarge: its rank is over that of any plan.
        AdapterUnreadable: it is damaged, or more than a plain LoRA.
        AdapterMismatch: it was trained on another base.
        EngineFailed: the base cannot be read.
        TrainingDiverged: loss or gradient is not a finite number; the last checkpoint is good.
        NoRoomToSave: the disk is full; the last checkpoint is untouched.
    """
    others: dict[Measured, Path] = {}
    if before:
        others["before"] = before
    if general:
        others["general"] = general
    order = Order(
        base=base,
        rows=rows,
        out=out,
        plan=plan,
        hardware=hardware,
        about=about or About(),
        adapter=adapter,
        others=others,
        prompts=prompts,
        shard=shard,
        most_rows=most_rows,
        check=check,
    )
    tuning = _Tuning(order)
    checked(tuning.rows)
    return tuning.run(report)


class _Tuning:
    """One call of :func:`tune`."""

    def __init__(self, order: Order) -> None:
        """Read and check everything that can be wrong before the model is loaded."""
        self._order = order
        self._base = bases.base_in(order.base, order.about)
        if order.adapter:
            bases.judge(self._base, order.adapter)
        self._tokenizer = bases.tokenizer_of(self._base)
        self._encoder = Encoder(self._tokenizer)
        self._data, self._split = self._read(order.rows)
        self._others = {name: self._held_out(file) for name, file in order.others.items()}

    def run(self, report: Callable[[Progress], None]) -> TuningReport:
        """Train, write, measure."""
        import torch
        from accelerate import Accelerator

        order = self._order
        torch.set_num_threads(order.hardware.threads)
        accelerator = Accelerator(cpu=order.hardware.device == "cpu")
        order.out.mkdir(parents=True, exist_ok=True)
        with torch.random.fork_rng(devices=[]):
            record = self._train(accelerator, report)
        if accelerator.is_main_process:
            self._publish(record)
        accelerator.wait_for_everyone()
        return TuningReport.read(order.out)

    def _train(self, accelerator: Any, report: Callable[[Progress], None]) -> Record:  # noqa: ANN401
        order, plan = self._order, self._order.plan
        dtype = bases.number_type(order.hardware)
        model = bases.model_of(self._base, dtype)
        if order.adapter:
            tuned = bases.with_adapter(model, self._base, order.adapter, trainable=True)
        else:
            tuned = bases.with_new_adapter(model, self._base, plan)
        if plan.checkpointing:
            model.activation_checkpointing_enable({"use_reentrant": False})
        loop = Loop(
            tuned=tuned,
            plan=plan,
            schedule=Schedule(batches(self._split.learnt, plan), plan, accelerator.num_processes),
            held_out=self._batches(self._split),
            dtype=dtype,
            accelerator=accelerator,
            shard=order.shard,
            store=Checkpoints(order.out / f"checkpoints-{self._digest()}", plan.keep),
            log=order.out / LOG,
            report=report,
            check=order.check,
        )
        weights = loop.run()
        if accelerator.is_main_process:
            _write_adapter(tuned, weights, order.out, loop.record)
        accelerator.free_memory()
        return loop.record

    def _publish(self, record: Record) -> None:
        """Measure what was written, and write what there is to tell of it."""
        order = self._order
        drawn = curve.points(record.lines)
        write_atomically(order.out / CURVE, curve.png(drawn))
        pair = measuring.Pair(self._base, order.out, order.hardware, order.check, order.adapter)
        told = {"own": self._batches(self._split), **self._others}
        asked = measuring.prompts(order.prompts, self._split.held_out_rows, self._split.rows)
        report = TuningReport(
            base=self._base.name,
            base_revision=self._base.revision,
            data=order.about.data or order.rows.name,
            licence=order.about.licence,
            command=order.about.command,
            rows=self.rows,
            scores=tuple(pair.score(name, made) for name, made in told.items() if made),
            curve=drawn,
            samples=pair.samples(self._tokenizer, asked),
            seconds=record.seconds,
            tokens_per_second=record.tokens_per_second,
            peak_bytes=_peak_bytes(),
        )
        earlier = order.adapter.name if order.adapter else ""
        text = card.write(order.about, order.plan, report, earlier)
        write_atomically(order.out / CARD, text.encode())
        report.write(order.out)

    def _read(self, file: Path) -> tuple[Data, Split]:
        data = reading.read(file, self._order.most_rows)
        return data, encoding.split(data, self._encoder, self._order.plan)

    def _held_out(self, file: Path) -> list[Batch]:
        return self._batches(self._read(file)[1])

    def _batches(self, split: Split) -> list[Batch]:
        return batches(split.held_out, self._order.plan) if split.held_out else []

    @property
    def rows(self) -> Rows:
        """What was found in the rows."""
        lengths = self._split.lengths
        return Rows(
            used=len(self._split.rows),
            held_out=len(self._split.held_out_rows),
            rejected=self._data.counts(),
            duplicates=self._data.duplicates,
            tokens=int(lengths.sum()),
            shortest=int(lengths[0]),
            median=int(lengths[len(lengths) // 2]),
            longest=int(lengths[-1]),
            examples={r: tuple(n[:_NAMED]) for r, n in self._data.rejected.items()},
        )

    def _digest(self) -> str:
        """Return a name for all that a checkpoint depends on."""
        order = self._order
        # What only decides when something is saved or told leaves the same numbers.
        plan = replace(order.plan, minutes=0, keep=2, save_every=0, measure_every=0)
        parts = [self._base.revision, repr(plan), _sum(order.rows)]
        if order.adapter:
            parts.append(_sum(order.adapter / adapters.WEIGHTS_FILE))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _write_adapter(tuned: Module, weights: Mapping[str, Any], out: Path, record: Record) -> None:
    """Write the adapter as ``peft`` does, each file whole or not at all.

    Raises:
        TrainingDiverged: it holds a number that is not finite.
    """
    import torch

    if not all(bool(torch.isfinite(tensor).all()) for tensor in weights.values()):
        raise TrainingDiverged(len(record.lines))
    named = {name.removeprefix("tuned."): tensor for name, tensor in weights.items()}
    with tempfile.TemporaryDirectory() as aside:
        tuned.save_pretrained(aside, state_dict=named, save_embedding_layers=False)
        for name in (adapters.CONFIG_FILE, adapters.WEIGHTS_FILE):
            write_atomically(out / name, (Path(aside) / name).read_bytes())


def _sum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _peak_bytes() -> int:
    """Return the most memory this process had at once; 0 where Linux does not tell."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    return int(status.split("VmHWM:")[1].split()[0]) * 1024

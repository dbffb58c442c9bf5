"""What `train_lora.py` shows: the rows, a bar with the time left, and what came out."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from environment import Problem

if TYPE_CHECKING:
    from portfolio_core.training.lora import Progress
    from portfolio_core.training.tuning_report import Rows, TuningReport


class Screen:
    """What the person at the terminal sees; nothing from any process but the first."""

    def __init__(self, board: Path | None, *, shown: bool) -> None:
        """Write for TensorBoard into ``board``, too."""
        self._shown = shown
        self._bar: Any = None
        self._board: Any = None
        if board and shown:
            if importlib.util.find_spec("tensorboard") is None:
                raise Problem("TensorBoard is not installed: pip install tensorboard")
            from torch.utils.tensorboard import SummaryWriter

            self._board = SummaryWriter(str(board / "tensorboard"))

    def rows(self, rows: Rows) -> None:
        """Show what was found in the data."""
        if not self._shown:
            return
        print(
            f"{rows.used:,} rows to learn from, {rows.held_out:,} held out; {rows.tokens:,} tokens"
        )
        print(f"tokens of one: {rows.shortest} to {rows.longest}, half of them up to {rows.median}")
        print(f"left out: {rows.duplicates:,} duplicates", end="")
        for reason, count in rows.rejected.items():
            print(
                f"; {count:,} {reason} (rows {', '.join(map(str, rows.examples[reason]))})", end=""
            )
        print(flush=True)

    def step(self, progress: Progress) -> None:
        """Show how far it is; time left is the bar's own, or that of the bound in minutes."""
        if not self._shown:
            return
        from tqdm import tqdm  # noqa: PLC0415

        if self._bar is None:
            begin = progress.step - 1
            self._bar = tqdm(total=progress.steps, initial=begin, unit="step", dynamic_ncols=True)
        told = {"loss": f"{progress.loss:.3f}", "tokens/s": f"{progress.tokens_per_second:.0f}"}
        if progress.held_out is not None:
            tqdm.write(f"step {progress.step}: held-out loss {progress.held_out:.4f}")
        self._bar.set_postfix(told, refresh=False)
        self._bar.update()
        if progress.step == progress.steps:
            self._bar.close()
        if self._board:
            self._board.add_scalar("loss", progress.loss, progress.step)
            if progress.held_out is not None:
                self._board.add_scalar("held_out", progress.held_out, progress.step)

    def end(self, report: TuningReport, out: Path) -> None:
        """Show what came out."""
        if not self._shown:
            return
        for score in report.scores:
            base, tuned = score.base_loss, score.tuned_loss
            if score.earlier_loss is not None:
                print(f"held-out rows, {score.rows}: {score.earlier_loss:.4f} with the old adapter")
            print(
                f"held-out rows, {score.rows}: loss {base:.4f} -> {tuned:.4f}, "
                f"perplexity {math.exp(base):.2f} -> {math.exp(tuned):.2f}"
            )
        speed, memory = report.tokens_per_second, report.peak_bytes / 1e9
        print(f"{speed:.0f} tokens/s, {report.seconds:.0f} s, {memory:.2f} GB at most")
        print(f"The adapter, its card and its report are in {out}.")

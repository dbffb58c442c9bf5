"""Train a LoRA adapter for a chat model on a file of questions and answers.

    python3 scripts/train_lora.py --base Qwen/Qwen3-0.6B --data ROWS.jsonl --out FOLDER
    python3 scripts/train_lora.py --recipe scripts/recipes/qwen3_cpu.yaml --data ROWS.csv
    python3 scripts/train_lora.py ... --adapter OLD --before OLD_ROWS     go on with an adapter
    accelerate launch --config_file scripts/recipes/processes.yaml scripts/train_lora.py ...

ROWS is JSON lines with messages, JSON with instruction, input and output, or CSV with columns
question and answer. Started again with the same arguments, it goes on where it stopped; Ctrl-C
and SIGTERM save first. A recipe holds the same options, in YAML; what is given here goes first.
"""

from __future__ import annotations

import argparse
import shlex
import signal
import warnings
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import environment
from environment import ROOT, Problem
from train_lora_screen import Screen

if TYPE_CHECKING:
    from portfolio_core.hardware import Hardware
    from portfolio_core.settings import Settings
    from portfolio_core.training.lora import About, Plan

PLAN = {
    "rank": "rank of the adapter's matrices",
    "alpha": "their product is scaled by alpha / rank",
    "dropout": "share of an adapter's input left out",
    "targets": "which matrices get an adapter: all or attention",
    "rate": "largest learning rate",
    "warmup": "share of the steps in which the rate rises",
    "decay": "weight decay",
    "clip": "largest norm of a gradient",
    "epochs": "how often the rows are gone through",
    "steps": "steps of the optimizer; 0 = as many as the epochs need",
    "length": "most tokens of a row, and of a pack",
    "batch": "packs of one step",
    "batching": "packed, or sorted by length and padded",
    "checkpointing": "less memory, slower",
    "held_out": "share of the rows that is kept apart",
    "held_out_rows": "most rows that are kept apart",
    "measure_every": "steps between held-out losses; 0 = ten times",
    "save_every": "steps between checkpoints; 0 = ten times",
    "keep": "checkpoints that are kept",
    "minutes": "end after so long; 0 = when it is done",
    "seed": "of all choices",
}
WORDS = ("title", "description", "licence", "data_name")
FILES = ("base", "data", "out", "adapter", "before", "general", "prompts")


def main() -> int:
    """Train what the arguments say."""
    options = _options()
    environment.require_inside()
    # Not before: outside the environment, one sentence is better than a traceback.
    from portfolio_core.errors import Cancelled, PortfolioError  # noqa: PLC0415

    try:
        return _train(options)
    except Cancelled:
        raise Problem("Stopped. Start it again with the same arguments and it goes on.") from None
    except PortfolioError as error:
        raise Problem(f"{error.message} {error.hint}") from None
    except OSError as error:
        raise Problem(f"{error.filename or 'A file'}: {error.strerror}") from None


def _train(options: argparse.Namespace) -> int:
    from portfolio_core import hardware, settings  # noqa: PLC0415

    # What is wrong with the words is told before anything large is imported.
    wanted = _wanted(options)
    plan, data = _plan(wanted), _file(wanted["data"])
    current = settings.current()
    machine = hardware.detect(current)
    machine = replace(machine, threads=options.threads or machine.threads)
    process = _process(machine)
    with process.main_process_first():
        name, base = _base(wanted["base"], current)
    out = Path(wanted["out"])
    screen = Screen(out if options.tensorboard else None, shown=process.is_main_process)
    from portfolio_core.training.lora import tune  # noqa: PLC0415

    report = tune(
        base,
        data,
        out,
        plan,
        machine,
        about=_about(wanted, name),
        adapter=_optional(wanted, "adapter"),
        before=_optional(wanted, "before"),
        general=_optional(wanted, "general"),
        prompts=_prompts(wanted),
        shard=bool(wanted.get("shard")),
        checked=screen.rows,
        report=screen.step,
        check=_stop_on_signals(),
    )
    screen.end(report, out)
    if process.is_main_process:
        _afterwards(options, base, name, out)
    return 0


def _process(machine: Hardware) -> Any:  # noqa: ANN401 - accelerate has no types
    """Return which process of how many this is, and let libraries be quiet."""
    from accelerate import PartialState
    from transformers.utils import logging

    logging.disable_progress_bar()  # the bar of the training is enough
    # peft asks transformers in words that it has newer ones for
    warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
    return PartialState(cpu=machine.device == "cpu")


def _about(wanted: Mapping[str, Any], base: str) -> About:
    from portfolio_core.training.lora import About  # noqa: PLC0415

    return About(
        base=base,
        data=wanted.get("data_name", ""),
        licence=wanted.get("licence", "unknown"),
        title=wanted.get("title", ""),
        description=wanted.get("description", ""),
        command=_command(wanted),
    )


def _options() -> argparse.Namespace:
    summary = (__doc__ or "").splitlines()[0]
    parser = argparse.ArgumentParser(prog="train_lora.py", description=summary)
    add = parser.add_argument
    add("--recipe", type=Path, help="a YAML file of these options, without the dashes")
    add("--base", help="a folder, the name of a starter, or a model of the catalog")
    add("--data", help="the rows")
    add("--out", help="where results go (build/lora)")
    add("--adapter", help="a folder with an adapter to go on with")
    add("--before", help="the rows that it was trained on, to see what is forgotten")
    add("--general", help="rows of chat in general, measured too")
    add("--prompts", help="a file of prompts, one a line, that both answer in the end")
    for name, words in PLAN.items():
        if name == "checkpointing":
            add("--checkpointing", action="store_true", default=None, help=words)
        else:
            add(f"--{name.replace('_', '-')}", help=words)
    add("--title", help="of the model card")
    add("--description", help="of the model card: what the adapter's manner is")
    add("--licence", help="of the data, an SPDX identifier")
    add("--data-name", help="of the data (the name of the file)")
    add("--shard", action="store_true", default=None, help="several processes share the model")
    add("--threads", type=int, default=0, help="threads (what the machine gives)")
    add("--tensorboard", action="store_true", help="write for TensorBoard, too")
    add("--merge", action="store_true", help="write the whole model with the adapter in it")
    add("--push", metavar="REPO", help="give it to the Hub; shows what it would do")
    add("--yes", action="store_true", help="with --push: do it")
    return parser.parse_args()


def _wanted(options: argparse.Namespace) -> dict[str, Any]:
    """Return what is wanted: the recipe's words, and over them those of the command."""
    import yaml  # noqa: PLC0415

    known = {*PLAN, *WORDS, *FILES, "shard"}
    wanted: dict[str, Any] = {"out": str(ROOT / "build" / "lora")}
    if options.recipe:
        try:
            read = yaml.safe_load(_file(options.recipe).read_text("utf-8"))
        except (UnicodeDecodeError, yaml.YAMLError):
            read = None
        if not isinstance(read, dict) or not set(read) <= known:
            strange = sorted(map(str, set(read) - known)) if isinstance(read, dict) else []
            raise Problem(f"{options.recipe} is no recipe. {' '.join(strange)}".strip())
        wanted |= read
    wanted |= {key: getattr(options, key) for key in known if getattr(options, key) is not None}
    for key in ("base", "data"):
        if key not in wanted:
            raise Problem(f"Say --{key}, or write it into the recipe.")
    return wanted


def _plan(wanted: Mapping[str, Any]) -> Plan:
    """Return the plan; a number may be written in any way that Python reads."""
    from portfolio_core.training.lora import Plan  # noqa: PLC0415

    values: dict[str, Any] = {}
    for field in fields(Plan):
        if field.name in wanted:
            value = wanted[field.name]
            kind = field.type if field.type in {int, float} else None
            try:
                values[field.name] = kind(value) if kind else value
            except (TypeError, ValueError):
                raise Problem(
                    f"--{field.name.replace('_', '-')}: {value!r} is no number."
                ) from None
    return Plan(**values)


def _base(given: str, current: Settings) -> tuple[str, Path]:
    """Return name and folder of a base model; one of the catalog is downloaded.

    An empty name is left to the folder.
    """
    from portfolio_core import catalog, hub, starters  # noqa: PLC0415

    if Path(given).is_dir():
        return "", Path(given)
    if Path(given).name == given and (starters.folder(given) / "config.json").is_file():
        return given, starters.folder(given)
    for model in catalog.MODELS:
        if model.hub and given in {model.key, model.hub.repository}:
            return model.hub.repository, hub.fetch(model, current)
    raise Problem(f"{given!r} is no folder, no starter and no model of the catalog.")


def _optional(wanted: Mapping[str, Any], key: str) -> Path | None:
    return _file(wanted[key]) if key in wanted else None


def _prompts(wanted: Mapping[str, Any]) -> list[str]:
    file = _optional(wanted, "prompts")
    return file.read_text("utf-8").strip().splitlines() if file else []


def _file(name: str | Path) -> Path:
    if not Path(name).exists():
        raise Problem(f"{name} is not there.")
    return Path(name)


def _command(wanted: Mapping[str, Any]) -> str:
    """Return the command without the names of this machine's folders."""
    words = ["python3", "scripts/train_lora.py"]
    for key in (*FILES, *PLAN, *WORDS, "shard"):
        if key not in wanted or key == "description":
            continue
        value = wanted[key]
        if key in FILES and (key != "base" or Path(value).exists()):
            value = key.upper()
        flag = f"--{key.replace('_', '-')}"
        words += [flag] if value is True else [flag, str(value)]
    return shlex.join(words)


def _stop_on_signals() -> Callable[[], None]:
    """Return a check that raises once SIGTERM or Ctrl-C came; a second one ends at once."""
    from portfolio_core.errors import Cancelled  # noqa: PLC0415

    came: list[int] = []

    def note(number: int, _frame: object) -> None:
        came.append(number)
        signal.signal(number, signal.SIG_DFL)

    def check() -> None:
        if came:
            raise Cancelled

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, note)
    return check


def _afterwards(options: argparse.Namespace, base: Path, name: str, out: Path) -> None:
    """Merge and push, where that is asked for."""
    from portfolio_core.training.lora import About, base_in, publishing  # noqa: PLC0415

    if options.merge:
        publishing.merge(base_in(base, About(base=name)), out, out / "merged")
        print(f"The whole model is in {out / 'merged'}.")
    if options.push and options.yes:
        print(f"Uploaded: {publishing.push(out, options.push)}")
    elif options.push:
        print(f"With --yes this would go to {options.push}, private:")
        for file in publishing.FILES:
            print(f"  {(out / file).stat().st_size:>12,} bytes  {file}")


if __name__ == "__main__":
    environment.run(main)

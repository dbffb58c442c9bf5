"""What an adapter changed: numbers on held-out rows, the loss curve, the same prompts to both."""

import logging
from pathlib import Path
from typing import Any

import gradio as gr
from pydantic import ValidationError

from portfolio_core.engines.chat.adapters import CARD_FILE, Adapter
from portfolio_core.training.tuning_report import TuningReport
from portfolio_core.ui import drawing
from portfolio_core.ui.i18n import Words

log = logging.getLogger(__name__)


def viewer(words: Words) -> gr.HTML:
    """Draw the part, empty; give it what :func:`shown` or :func:`growing` returns.

    Args:
        words: Those of the page, among them ``tuning_…``.
    """
    return drawing.part("tuning", words.part("tuning_"))


def report_of(folder: Path) -> TuningReport | None:
    """Return the report beside an adapter; none where there is none that can be read."""
    try:
        return TuningReport.read(folder)
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        log.warning("the report in %s cannot be read: %s", folder.name, type(error).__name__)
        return None


def model_card(folder: Path) -> str:
    """Return the model card beside an adapter; empty where there is none."""
    try:
        return (folder / CARD_FILE).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def shown(
    adapter: Adapter, report: TuningReport | None, *, name: str = "", file: str = ""
) -> dict[str, Any]:
    """Return the value that shows an adapter and its report.

    Args:
        adapter: The adapter.
        report: What its training told; none leaves its numbers out.
        name: What people call it; by default its key.
        file: Path of a zip to download, as :meth:`Page.keep` returns it.
    """
    return {
        "name": name or adapter.key,
        "base": adapter.base,
        "rank": adapter.rank,
        "revision": adapter.revision,
        "report": report.model_dump(mode="json") if report else None,
        "file": drawing.file(file) if file else None,
    }


def card(adapter: Adapter, report: TuningReport | None) -> dict[str, Any]:
    """Return what is known of an adapter, as plain values for a program."""
    told: dict[str, Any] = {
        "key": adapter.key,
        "base": adapter.base,
        "rank": adapter.rank,
        "revision": adapter.revision,
    }
    if report:
        own = report.model_dump(mode="json")
        told |= {name: own[name] for name in ("data", "licence", "command", "rows", "scores")}
    return told

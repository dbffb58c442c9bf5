"""The adapters that everybody may choose, and which model wears which."""

import contextlib
from collections.abc import Container, Iterator, Sequence
from pathlib import Path

from portfolio_core import catalog
from portfolio_core.catalog import Choice, Model, Reason
from portfolio_core.engines import chat
from portfolio_core.engines.chat import adapters, starter
from portfolio_core.engines.chat.adapters import Adapter
from portfolio_core.engines.chat.qwen import QwenChat
from portfolio_core.errors import AdapterMismatch


def offered(model: Model, folder: Path) -> dict[str, Adapter]:
    """Return the adapters for ``model`` by key, the default first.

    Args:
        model: The one that wears them.
        folder: Of the owner's own adapters, one folder each; it may be missing.
    """
    own = sorted(folder.iterdir()) if folder.is_dir() else []
    found = adapters.found([*starter.adapter_folders(), *own])
    return {adapter.key: adapter for adapter in found if adapter.base in _names(model)}


def choice(worn: Sequence[Adapter], chosen: Choice) -> Choice:
    """Return the model that wears these adapters: the chosen one, or the starter.

    Raises:
        AdapterMismatch: they were made for neither.
    """
    bases = {adapter.base for adapter in worn}
    for one in (chosen, starter_choice()):
        if bases <= set(_names(one.model)):
            return one
    raise AdapterMismatch(worn[0].key, worn[0].base, chosen.model.name)


def starter_choice() -> Choice:
    """Return the starter, for an adapter that was made for it, whatever else can be had."""
    return Choice(catalog.embedded(chat.TASK), Reason("adapter"), chat.TASK)


@contextlib.contextmanager
def wearing(engine: QwenChat, worn: Sequence[Adapter], kept: Container[str]) -> Iterator[None]:
    """Let ``engine`` have these adapters; afterwards it keeps only those with a key in ``kept``."""
    lent = [adapter for adapter in worn if adapter.key not in engine.adapters]
    for adapter in lent:
        engine.add_adapter(adapter)
    try:
        yield
    finally:
        for adapter in lent:  # a visitor's own; nobody else can name it
            if adapter.key not in kept:
                engine.remove_adapter(adapter.key)


def _names(model: Model) -> tuple[str, ...]:
    """Return what adapters call a model of the catalog that they were made for."""
    return (model.hub.repository, model.key) if model.hub else (starter.FOLDER, model.key)

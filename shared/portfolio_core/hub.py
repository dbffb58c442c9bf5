"""Weights from the Hub into a local folder: progress, resume, checksums, offline.

``huggingface_hub`` does the transfer. This module adds what it leaves open: one bounded
look whether the Hub answers at all (a miss otherwise costs about 23 s a file), a check of
the content against the pinned sha256, and a record of what was checked.
"""

import errno
import hashlib
import json
import os
import socket
import sys
import urllib.request
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portfolio_core.catalog import MODELS, HubFiles, Model
from portfolio_core.errors import (
    DownloadDamaged,
    DownloadRefused,
    HubUnreachable,
    MissingDependency,
    NoDiskSpace,
    PortfolioError,
)
from portfolio_core.files import write_atomically
from portfolio_core.settings import MEBIBYTE, Settings

_RECORD = "verified.json"
_BLOCK = MEBIBYTE

Progress = Callable[[str, int, int], None]
"""Called with a file's name, its bytes so far and its bytes in all (0 = not known yet)."""


def folder(model: Model, settings: Settings) -> Path:
    """Return the folder of a model's weights, there or not."""
    return settings.models_dir / _folder_name(_files(model))


def model_in(place: Path, models: tuple[Model, ...] = MODELS) -> Model | None:
    """Return the model whose weights :func:`folder` puts into a folder of this name."""
    named = (model for model in models if model.hub and _folder_name(model.hub) == place.name)
    return next(named, None)


def is_here(model: Model, settings: Settings) -> bool:
    """Return whether all weights of ``model`` but its extras are here and were checked."""
    place = folder(model, settings)
    known = _verified(place)
    return all(
        known.get(name) == expected and (place / name).is_file()
        for name, expected in _required(model).items()
    )


def can_be_had(model: Model, settings: Settings) -> bool:
    """Return whether the weights are here or the Hub answers."""
    return model.hub is None or is_here(model, settings) or reachable(settings)


def reachable(settings: Settings) -> bool:
    """Return whether the Hub answers, asked once per process and bounded in time.

    When it does not, ``huggingface_hub`` is told so; each of its own attempts would take a
    quarter of a minute. Ask before transformers or diffusers are imported.
    """
    answer = not settings.offline and _answers(settings.hub_endpoint, settings.hub_probe_seconds)
    if not answer:
        _tell_libraries("HF_HUB_OFFLINE")
    return answer


def tell_nothing() -> None:
    """Keep ``huggingface_hub`` from telling the Hub of this machine, and from asking it news."""
    _tell_libraries("HF_HUB_DISABLE_TELEMETRY")


def fetch(
    model: Model,
    settings: Settings,
    *,
    progress: Progress = lambda _name, _done, _total: None,
    check: Callable[[], None] = lambda: None,
) -> Path:
    """Bring the weights of ``model``, but for its extras, to its folder and return it.

    A broken-off download goes on where it stopped; a file that differs from its checksum is
    downloaded once more.

    Args:
        model: A model with files on the Hub.
        settings: Where to keep weights, and which Hub.
        progress: Called from time to time.
        check: Called from time to time; what it raises ends the download.

    Raises:
        HubUnreachable: a file is missing and the Hub does not answer.
        DownloadRefused: the Hub answers, but does not give a file.
        NoDiskSpace: the disk is full.
        DownloadDamaged: a file's content is not the pinned one, also at the second try.
    """
    place = folder(model, settings)
    if is_here(model, settings):
        return place
    for name in _required(model):
        fetch_one(model, settings, name, progress=progress, check=check)
    return place


def fetch_one(
    model: Model,
    settings: Settings,
    name: str,
    *,
    progress: Progress = lambda _name, _done, _total: None,
    check: Callable[[], None] = lambda: None,
) -> Path:
    """Bring one file of ``model``, an extra for example, to its folder and return its path.

    Args:
        model: A model with files on the Hub.
        settings: As for :func:`fetch`, like the rest.
        name: A file that the catalog names.
        progress: Called from time to time.
        check: Called from time to time; what it raises ends the download.

    Raises:
        KeyError: the catalog names no such file.
        HubUnreachable: the file is missing and the Hub does not answer.
        DownloadDamaged: its content is not the pinned one, also at the second try.
    """
    files, path, _ = _origin(model, name)
    expected = {**files.sha256, **files.extras}[path]
    place = folder(model, settings)
    if _verified(place).get(name) == expected and (place / name).is_file():
        return place / name
    tell_nothing()
    if not reachable(settings):
        raise HubUnreachable(model.name)
    _fetch_file(model, settings, name, expected, _bar(name, progress, check))
    write_atomically(place / _RECORD, json.dumps(_verified(place) | {name: expected}).encode())
    return place / name


@cache
def _answers(endpoint: str, seconds: float) -> bool:
    address = urlsplit(endpoint)
    proxy = urllib.request.getproxies().get(address.scheme)
    if proxy and not urllib.request.proxy_bypass(address.hostname or ""):
        address = urlsplit(proxy)  # the transfer goes through it, so it is what must answer
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        with socket.create_connection((address.hostname or "", port), timeout=seconds):
            return True
    except OSError:
        return False


def _tell_libraries(switch: str) -> None:
    """Set a switch of ``huggingface_hub``, which reads its variables once, at its import."""
    os.environ[switch] = "1"
    constants = sys.modules.get("huggingface_hub.constants")
    if constants is not None:
        setattr(constants, switch, True)


def _files(model: Model) -> HubFiles:
    if model.hub is None:
        raise ValueError(f"{model.key} has no files on the Hub")
    return model.hub


def _required(model: Model) -> dict[str, str]:
    """Return the checksums of all files but the extras, by their names in the model's folder."""
    parts = {
        f"{part}/{path}": checksum
        for part, files in model.parts.items()
        for path, checksum in files.sha256.items()
    }
    return {**_files(model).sha256, **parts}


def _origin(model: Model, name: str) -> tuple[HubFiles, str, str]:
    """Return where a file comes from, its path there, and the folder it goes to in the model's."""
    part, _, path = name.partition("/")
    if path and part in model.parts:
        return model.parts[part], path, part
    return _files(model), name, ""


def _folder_name(files: HubFiles) -> str:
    return f"{files.repository.replace('/', '--')}@{files.revision[:12]}"


def _verified(place: Path) -> dict[str, str]:
    try:
        return dict(json.loads((place / _RECORD).read_bytes()))
    except (OSError, ValueError):
        return {}


def _fetch_file(model: Model, settings: Settings, name: str, expected: str, bar: type[Any]) -> None:
    for again in (False, True):
        path = _download(model, settings, name, bar, again=again)
        if _sha256(path) == expected:
            return
        path.unlink()
    raise DownloadDamaged(model.name, name)


def _download(model: Model, settings: Settings, name: str, bar: type[Any], *, again: bool) -> Path:
    try:
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
    except ImportError:
        raise MissingDependency("huggingface_hub", "pip install huggingface_hub") from None
    import httpx

    files, path, part = _origin(model, name)
    try:
        return Path(
            hf_hub_download(
                files.repository,
                path,
                revision=files.revision,
                local_dir=folder(model, settings) / part,
                endpoint=settings.hub_endpoint,
                force_download=again,
                tqdm_class=bar,
            )
        )
    except LocalEntryNotFoundError as error:  # raised for whatever kept the file away
        refused = isinstance(error.__cause__, HfHubHTTPError)
        raise _no_file(model, name, refused=refused) from error
    except HfHubHTTPError as error:
        raise _no_file(model, name, refused=True) from error
    except httpx.TransportError as error:
        raise HubUnreachable(model.name) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise NoDiskSpace(model.name) from error
        raise HubUnreachable(model.name) from error


def _no_file(model: Model, name: str, *, refused: bool) -> PortfolioError:
    return DownloadRefused(model.name, name) if refused else HubUnreachable(model.name)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _bar(name: str, progress: Progress, check: Callable[[], None]) -> type[Any]:
    """Make the class of progress bar that huggingface_hub wants; it draws nothing."""
    from tqdm.auto import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        """A bar that reports instead of drawing."""

        def __init__(self, *args: object, **options: Any) -> None:  # noqa: ANN401 - tqdm's own
            options.pop("name", None)
            super().__init__(*args, **{**options, "disable": False, "file": _Nowhere()})

        def update(self, n: float | None = 1) -> bool | None:
            check()
            drawn: bool | None = super().update(n)
            progress(name, int(self.n), int(self.total or 0))
            return drawn

    return Bar


class _Nowhere:
    """A stream that swallows what is drawn on it."""

    def write(self, text: str) -> int:
        """Say that all of it was written."""
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""

"""Files of a request: kept under a name of our own while they are needed, and no longer."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from fastapi import UploadFile

from portfolio_core.errors import FileTooLarge, TooManyFiles
from portfolio_core.settings import Settings
from portfolio_server.rest import work

_PREFIX = "request-"


@dataclass(frozen=True)
class Received:
    """A file of a caller.

    Attributes:
        path: Where it lies for now.
        name: What it was called at its owner's; a stranger chose it.
        mark: What a recipe says of it.
    """

    path: Path
    name: str
    mark: dict[str, str]


@asynccontextmanager
async def files(
    settings: Settings, sent: Sequence[UploadFile], most: int | None = None
) -> AsyncIterator[list[Received]]:
    """Write what was sent into a folder that is there until the block ends.

    Args:
        settings: They have the folder and the limits.
        sent: The files.
        most: How many there may be; none = ``limits.upload_files``.

    Raises:
        TooManyFiles: there are more.
        FileTooLarge: one has more than ``limits.upload_bytes``.
    """
    limits = settings.limits
    most = most or limits.upload_files
    if len(sent) > most:
        raise TooManyFiles(len(sent), most)
    if any((one.size or 0) > limits.upload_bytes for one in sent):
        raise FileTooLarge(limits.upload_bytes)
    settings.temp_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=settings.temp_dir))
    try:
        yield await work.in_thread(lambda: [_written(one, folder, i) for i, one in enumerate(sent)])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _written(sent: UploadFile, folder: Path, number: int) -> Received:
    path = folder / str(number)
    with path.open("wb") as file:
        shutil.copyfileobj(sent.file, file)
    name = sent.filename or f"file-{number + 1}"
    checksum = sha256(path.read_bytes()).hexdigest()
    return Received(path, name, {"name": name, "sha256": checksum})

"""The folder of temporary files: ours alone, and holding nothing else.

Files in it may be named by callers and are deleted by age, so that a wrong folder here
would be served and emptied.
"""

import os
import shutil
import stat
import tempfile
from pathlib import Path

from portfolio_core.errors import BadSetting
from portfolio_core.settings import Settings

_NAME = "PORTFOLIO_TEMP_DIR"
_PART = "process-"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def claim(settings: Settings) -> Settings:
    """Make the folder, readable by us only; return ``settings`` with its name without links.

    Raises:
        BadSetting: the folder holds other things, cannot be made, or belongs to somebody else.
    """
    folder = settings.temp_dir.expanduser().resolve()
    for taken in (Path.home(), Path.cwd(), Path(tempfile.gettempdir()), Path(__file__)):
        if taken.resolve().is_relative_to(folder):
            raise BadSetting(_NAME, "it must be a folder of its own")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        raise BadSetting(_NAME, "the folder cannot be made") from None
    if not os.access(folder, os.W_OK) or not _is_ours(folder):
        raise BadSetting(_NAME, "the folder belongs to somebody else")
    mode = folder.stat().st_mode
    if mode & stat.S_ISVTX:  # made for everybody, as /var/tmp is
        raise BadSetting(_NAME, "it must be a folder of its own")
    if mode & _OTHERS:  # it was there before us
        folder.chmod(0o700)
    return settings.model_copy(update={"temp_dir": folder})


def claim_part(settings: Settings) -> Settings:
    """Make a folder in it for this process alone, and delete those of processes that ended.

    Raises:
        BadSetting: as for :func:`claim`.
    """
    settings = claim(settings)
    for part in settings.temp_dir.glob(f"{_PART}*"):
        if not _lives(int(part.name.removeprefix(_PART))):
            shutil.rmtree(part, ignore_errors=True)
    own = settings.temp_dir / f"{_PART}{os.getpid()}"
    return claim(settings.model_copy(update={"temp_dir": own}))


def _lives(process: int) -> bool:
    if process == os.getpid():
        return False  # an earlier one had our number
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # it is somebody else's
    return True


def _is_ours(folder: Path) -> bool:
    """Whether nobody else could have put things into ``folder``, which may lie in ``/tmp``."""
    return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()

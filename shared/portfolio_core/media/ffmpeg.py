"""The program ffmpeg, which streamed sound needs, from the path or from a Python wheel."""

import os
import shutil
import tempfile
from functools import cache
from pathlib import Path


@cache
def on_path() -> bool:
    """Return whether ``ffmpeg`` can be started, putting the one of a wheel on the path if need be.

    The wheel ``imageio-ffmpeg`` carries it under a long name; libraries look for the short one.
    """
    if shutil.which("ffmpeg"):
        return True
    try:
        import imageio_ffmpeg

        program = Path(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return False
    folder = Path(tempfile.mkdtemp(prefix="ffmpeg-"))
    (folder / "ffmpeg").symlink_to(program)
    os.environ["PATH"] = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}{folder}"
    return True

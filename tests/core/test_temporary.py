"""Folders of temporary files that several processes share one place for."""

import os
import stat
import subprocess
import sys

from portfolio_core import temporary
from portfolio_core.settings import Settings


def test_each_process_has_a_folder_and_what_an_ended_one_left_is_deleted(tmp_path):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    shared = tmp_path / "files"
    for process in (ended.pid, os.getppid()):
        (shared / f"process-{process}").mkdir(parents=True)
        (shared / f"process-{process}" / "document.txt").touch()

    own = temporary.claim_part(Settings(temp_dir=shared)).temp_dir

    assert {folder.name for folder in shared.iterdir()} == {
        own.name,
        f"process-{os.getppid()}",
    }
    assert list(own.iterdir()) == []
    assert stat.S_IMODE(own.stat().st_mode) == 0o700


def test_what_an_earlier_process_of_the_same_number_left_is_deleted_too(tmp_path):
    (tmp_path / f"process-{os.getpid()}").mkdir()
    (tmp_path / f"process-{os.getpid()}" / "document.txt").touch()

    own = temporary.claim_part(Settings(temp_dir=tmp_path)).temp_dir

    assert list(own.iterdir()) == []

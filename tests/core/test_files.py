"""Files are whole or absent, also when the process is killed."""

import random
import subprocess
import sys
import time

import pytest

from portfolio_core.files import write_atomically

# Writes one of two contents of 2 MB again and again until it is killed.
_WRITER = """
import pathlib, sys
from portfolio_core.files import write_atomically
while True:
    for letter in (b"a", b"b"):
        write_atomically(pathlib.Path(sys.argv[1]), letter * 2_000_000)
"""


def test_a_kill_at_any_moment_leaves_the_old_or_the_new_content(tmp_path, trials):
    target = tmp_path / "file"
    write_atomically(target, b"a" * 2_000_000)
    for _ in range(trials(100)):
        writer = subprocess.Popen([sys.executable, "-c", _WRITER, target])
        time.sleep(0.1 + random.random() * 0.1)
        writer.kill()
        writer.wait()
        content = target.read_bytes()
        assert len(content) == 2_000_000
        assert content in (b"a" * 2_000_000, b"b" * 2_000_000)


def test_a_failing_write_leaves_the_old_file_and_no_litter(tmp_path):
    target = tmp_path / "file"
    write_atomically(target, b"old")

    with pytest.raises(TypeError):
        write_atomically(target, "no bytes")

    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]

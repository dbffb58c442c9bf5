"""The Debian packages that Spaces name in ``packages.txt``, and which of them are missing here."""

from __future__ import annotations

import subprocess
from pathlib import Path


def missing(root: Path, slug: str | None = None) -> list[str]:
    """Return what one Space, or all, name and this machine lacks; nothing where it is no Debian."""
    lists = sorted(root.glob(f"spaces/{slug or '*'}/packages.txt"))
    names = sorted({name for path in lists for name in path.read_text("utf-8").split()})
    if not names:
        return []
    try:
        query = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *names]
        answer = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    except OSError:  # not a Debian: nothing that could be said for sure
        return []
    present = {line.split()[0] for line in answer.splitlines() if line.endswith(" installed")}
    return [name for name in names if name not in present]

"""The files of a folder and those of a repository on the Hub, compared by content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationCopy,
    CommitOperationDelete,
    HfApi,
    RepoFile,
)
from huggingface_hub.utils.sha import git_hash

KEPT = (".gitattributes",)
"""Files that the Hub itself puts there; which files are large is written in it."""

Operation = CommitOperationAdd | CommitOperationCopy | CommitOperationDelete
Remote = Mapping[str, RepoFile]


@dataclass(frozen=True)
class Changes:
    """What a commit would change; sizes in bytes by path."""

    added: Mapping[str, int]
    changed: Mapping[str, int]
    removed: Mapping[str, int]

    def __bool__(self) -> bool:
        """Return whether there is anything to change."""
        return bool(self.added or self.changed or self.removed)


def remote(api: HfApi, repository: str, revision: str, kind: str = "space") -> Remote:
    """Return the files of a repository at ``revision``, by path."""
    entries = api.list_repo_tree(repository, recursive=True, revision=revision, repo_type=kind)
    return {entry.path: entry for entry in entries if isinstance(entry, RepoFile)}


def local(folder: Path) -> dict[str, Path]:
    """Return all files of a folder, by their path inside it."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file for file in files}


def compare(here: Mapping[str, Path], there: Remote) -> Changes:
    """Return what has to change there for it to be as it is here."""
    sizes = {path: file.stat().st_size for path, file in here.items()}
    return Changes(
        added={path: sizes[path] for path in here if path not in there},
        changed={
            path: sizes[path]
            for path, file in here.items()
            if path in there and not _same(file, there[path])
        },
        removed={
            path: file.size for path, file in there.items() if path not in here and path not in KEPT
        },
    )


def operations(here: Mapping[str, Path], changes: Changes) -> list[Operation]:
    """Return what one commit has to do to make ``changes``."""
    wanted = sorted({*changes.added, *changes.changed})
    return [
        *(CommitOperationAdd(path, here[path]) for path in wanted),
        *(CommitOperationDelete(path) for path in sorted(changes.removed)),
    ]


def lines(changes: Changes) -> Iterator[str]:
    """Say what would change, a line for each file."""
    for sign, files in (("+", changes.added), ("~", changes.changed), ("-", changes.removed)):
        yield from (f"  {sign} {size:>12,} bytes  {path}" for path, size in files.items())


def _same(file: Path, there: RepoFile) -> bool:
    content = file.read_bytes()
    if len(content) != there.size:
        return False
    if there.lfs is not None:
        return hashlib.sha256(content).hexdigest() == there.lfs.sha256
    return git_hash(content) == there.blob_id

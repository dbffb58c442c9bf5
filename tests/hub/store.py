"""What the stand-in Hub keeps: repositories with git's objects, Spaces, collections."""

import hashlib
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

LARGE = 10 * 2**20  # bytes from which the Hub wants a file in LFS
_BINARY = (".safetensors", ".npz", ".bin")
INITIAL = {
    ".gitattributes": b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n",
    "README.md": b"---\ntitle: New\nsdk: gradio\napp_file: app.py\n---\n",
}


@dataclass(frozen=True)
class Blob:
    """One file's content, as git has it: a file in LFS is a pointer in git."""

    content: bytes
    large: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def pointer(self) -> bytes:
        text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\n"
        return f"{text}size {len(self.content)}\n".encode()

    @property
    def oid(self) -> str:
        return _object("blob", self.pointer if self.large else self.content)

    @property
    def etag(self) -> str:
        return self.sha256 if self.large else self.oid


Tree = Mapping[str, Blob]


@dataclass(frozen=True)
class Commit:
    """One commit; its name is made of all that is in it, as in git."""

    tree: Tree
    parent: "Commit | None"
    title: str
    number: int

    @property
    def oid(self) -> str:
        listing = "".join(f"100644 {path} {blob.oid}\n" for path, blob in sorted(self.tree.items()))
        tree = _object("tree", listing.encode())
        above = self.parent.oid if self.parent else "none"
        return _object("commit", f"{tree} {above} {self.number} {self.title}".encode())

    def history(self) -> "Iterator[Commit]":
        """Give this commit and all before it, the newest first."""
        at: Commit | None = self
        while at is not None:
            yield at
            at = at.parent


@dataclass
class Repository:
    """A repository of any kind, and what it has beside its files when it is a Space."""

    name: str  # owner/name
    kind: str  # model, dataset, space
    private: bool
    head: Commit
    hardware: str = "cpu-basic"
    sleep_seconds: int | None = None
    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    paused: bool = False

    def commit(self, oid: str) -> Commit | None:
        """Return the commit that ``oid`` names, by its beginning or as the branch main."""
        if oid == "main":
            return self.head
        return next((one for one in self.head.history() if one.oid.startswith(oid)), None)


@dataclass
class Store:
    """Everything on the Hub, and every change that was made to it, in order."""

    repositories: dict[tuple[str, str], Repository] = field(default_factory=dict)
    uploads: dict[str, bytes] = field(default_factory=dict)  # LFS objects by sha256
    collections: dict[str, dict[str, object]] = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def create(self, kind: str, name: str, *, private: bool = False) -> Repository:
        """Make a repository with the first commit that the Hub makes by itself."""
        tree = {path: Blob(content) for path, content in INITIAL.items()}
        first = Commit(tree, None, "initial commit", next(self._numbers))
        made = Repository(name, kind, private, first)
        self.repositories[kind, name] = made
        self.changes.append(f"create {name}")
        return made

    def add_commit(self, repository: Repository, tree: Tree, title: str) -> Commit:
        """Put a commit on top of a repository."""
        made = Commit(dict(tree), repository.head, title, next(self._numbers))
        repository.head = made
        self.changes.append(f"commit {repository.name}")
        return made


def in_lfs(path: str, size: int) -> bool:
    """Return whether the Hub wants a file in LFS."""
    return size > LARGE or path.endswith(_BINARY)


def _object(kind: str, content: bytes) -> str:
    return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content).hexdigest()

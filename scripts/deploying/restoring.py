"""Put an earlier tree back: one new commit, so that nothing of the history is lost."""

from __future__ import annotations

from huggingface_hub import CommitOperationCopy, CommitOperationDelete

from deploying import tree
from deploying.hub import Hub
from deploying.plan import BACK, Past
from deploying.problems import told
from deploying.tree import KEPT, Changes, Operation

APP = "app.py"


def runnable(hub: Hub, repository: str, commit: str) -> bool:
    """Return whether there is a version at ``commit`` at all; a new Space begins without one."""
    with told(f"reading {repository}"):
        return APP in tree.remote(hub.api, repository, commit)


def changes(hub: Hub, repository: str, to: str, head: str) -> Changes:
    """Return what putting ``to`` back would change."""
    with told(f"reading {repository}"):
        then, now = (tree.remote(hub.api, repository, commit) for commit in (to, head))
    return Changes(
        added={path: file.size for path, file in then.items() if path not in now},
        changed={
            path: file.size
            for path, file in then.items()
            if path in now and now[path].blob_id != file.blob_id
        },
        removed={
            path: file.size for path, file in now.items() if path not in then and path not in KEPT
        },
    )


def put_back(hub: Hub, repository: str, to: Past, head: str) -> str:
    """Write the tree of ``to`` on top of ``head``; return the new commit.

    Raises:
        Refusal: it was not written.
    """
    wanted = changes(hub, repository, to.oid, head)
    if not wanted:
        return head
    operations: list[Operation] = [
        *(CommitOperationCopy(p, p, src_revision=to.oid) for p in (*wanted.added, *wanted.changed)),
        *(CommitOperationDelete(path) for path in wanted.removed),
    ]
    with told(f"putting {repository} back"):
        return hub.api.create_commit(
            repository,
            operations,
            commit_message=f"{BACK} {to.oid[:12]} ({to.title})",
            parent_commit=head,
            repo_type="space",
        ).oid

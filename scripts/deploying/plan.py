"""What a deployment would do to one Space, found out without changing anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from huggingface_hub.errors import RepositoryNotFoundError

from bundling.assembly import MANIFEST, Bundle
from bundling.space_toml import SpaceToml
from deploying import tree
from deploying.hub import Hub
from deploying.problems import Code, Refusal, told
from deploying.tree import Changes

TITLE = "Deploy"
BACK = "Put back"
"""Our commits begin so; others were made by somebody else."""

SECRET = "SPACE_SECRET_"  # noqa: S105 - the beginning of a variable's name
"""A Space's secret NAME has its value in the variable SPACE_SECRET_NAME of who deploys: HF_TOKEN
there is the Space's own, never the token that deploys."""

_MEBIBYTE = 2**20
_BASIC = "cpu-basic"  # what a Space has that nobody asked hardware for
_FIRST_FILES = {".gitattributes", "README.md"}  # what the Hub puts into a new Space


@dataclass(frozen=True)
class Space:
    """One Space, here and on the Hub.

    Attributes:
        repository: ``owner/slug``.
        folder: Where the files of its smoke requests lie.
        bundle: Its bundle.
        described: What its ``space.toml`` says.
        secrets: Values of its secrets, of those that the environment has.
    """

    repository: str
    folder: Path
    bundle: Bundle
    described: SpaceToml
    secrets: Mapping[str, str] = field(repr=False)

    @property
    def slug(self) -> str:
        """Its name."""
        return self.bundle.slug


@dataclass(frozen=True)
class Past:
    """One commit on the Hub."""

    oid: str
    title: str

    @property
    def ours(self) -> bool:
        """Whether this script made it."""
        return self.title.startswith((TITLE, BACK))


_NOTHING = Changes({}, {}, {})


@dataclass(frozen=True)
class Plan:
    """What is to be done to one Space; what is empty or None is as it should be.

    Attributes:
        space: The Space.
        history: Its commits, the newest first; empty = it is to be made.
        changes: Of its files.
        hardware: What to ask for, and what there was.
        sleep_seconds: Idle time to set.
        variables: To set, with their values.
        secrets: To set, by name.
        stage: The stage that it is in.
    """

    space: Space
    history: Sequence[Past] = ()
    changes: Changes = _NOTHING
    hardware: tuple[str, str] | None = None
    sleep_seconds: int | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    stage: str = ""

    @property
    def settings(self) -> bool:
        """Whether something beside the files changes."""
        return bool(self.hardware or self.sleep_seconds or self.variables or self.secrets)

    @property
    def action(self) -> str:
        """What is to be done, in a word."""
        if not self.history:
            return "create"
        if self.changes:
            return "update"
        return "settings" if self.settings else "unchanged"


def make(hub: Hub, space: Space, *, renew: bool = False, replace: bool = False) -> Plan:
    """Compare a Space with what is on the Hub.

    Args:
        hub: Where to look.
        space: What is to be there.
        renew: Set all secrets anew, not only those that are missing: their values cannot be read.
        replace: Take over what somebody else put there.

    Raises:
        Refusal: somebody else changed it, a secret has no value, or the Hub does not answer.
    """
    with told(f"looking at {space.repository}"):
        past = history(hub, space.repository)
        if not past:
            return _new(space)
        there = tree.remote(hub.api, space.repository, past[0].oid)
        if not (past[0].ours or replace or set(there) <= _FIRST_FILES):
            raise _stranger(space, past[0])
        changes = tree.compare(tree.local(space.bundle.folder), there)
        # The manifest names the commit of the sources; it alone is no reason for a build.
        touched = {*changes.added, *changes.changed, *changes.removed} - {MANIFEST}
        return _with_settings(hub, Plan(space, past, changes if touched else _NOTHING), renew)


def _new(space: Space) -> Plan:
    return Plan(
        space,
        changes=tree.compare(tree.local(space.bundle.folder), {}),
        hardware=("", space.described.hardware),
        sleep_seconds=space.described.sleep_seconds,
        variables=space.described.variables,
        secrets=_with_values(space, space.described.secrets),
    )


def _with_settings(hub: Hub, plan: Plan, renew: bool) -> Plan:
    space, wanted = plan.space, plan.space.described
    runtime = hub.api.get_space_runtime(space.repository)
    asked = str(runtime.requested_hardware or runtime.hardware or _BASIC)
    # Both are for the owner's eyes only.
    asks = bool(hub.token)
    variables = hub.api.get_space_variables(space.repository) if asks and wanted.variables else {}
    known = set(hub.api.get_space_secrets(space.repository)) if asks and wanted.secrets else set()
    sleep = wanted.sleep_seconds
    return Plan(
        space,
        plan.history,
        plan.changes,
        hardware=(asked, wanted.hardware) if asked != wanted.hardware else None,
        sleep_seconds=sleep if sleep != runtime.sleep_time else None,
        variables={
            name: value
            for name, value in wanted.variables.items()
            if name not in variables or variables[name].value != value
        },
        secrets=_with_values(space, [one for one in wanted.secrets if renew or one not in known]),
        stage=str(runtime.stage),
    )


def history(hub: Hub, repository: str) -> list[Past]:
    """Return the commits of a Space, the newest first; none when there is no such Space."""
    try:
        commits = hub.api.list_repo_commits(repository, repo_type="space")
    except RepositoryNotFoundError:
        return []
    return [Past(commit.commit_id, commit.title) for commit in commits]


def _stranger(space: Space, head: Past) -> Refusal:
    return Refusal(
        f"{space.repository} holds something that this script did not put there (commit "
        f"{head.oid[:8]}, {head.title!r}); nothing was written. Bring it over into the sources, "
        "or add --replace to overwrite it.",
        Code.MOVED,
    )


def _with_values(space: Space, names: Sequence[str]) -> tuple[str, ...]:
    missing = [name for name in names if name not in space.secrets]
    if missing:
        variables = " and ".join(f"{SECRET}{name}" for name in missing)
        raise Refusal(
            f"{space.slug} needs secrets that have no value here: set {variables}.", Code.HERE
        )
    return tuple(names)


def lines(plan: Plan, *, private: bool) -> Iterator[str]:
    """Say what a plan would do, line by line."""
    new = f" {'private' if private else 'public'}" if plan.action == "create" else ""
    yield f"{plan.space.slug}: {plan.action}{new} {plan.space.repository}"
    yield from tree.lines(plan.changes)
    if plan.hardware:
        before, after = plan.hardware
        yield f"  hardware {f'{before} -> ' if before else ''}{after}"
    if plan.sleep_seconds:
        yield f"  sleeps after {plan.sleep_seconds} s"
    yield from (f"  variable {name} = {value}" for name, value in plan.variables.items())
    yield from (f"  secret {name}" for name in plan.secrets)


def summary(plan: Plan) -> str:
    """Say in a few words how much a plan would do."""
    changes, parts = plan.changes, [plan.action]
    if changes:
        numbers = (
            (len(changes.added), "+"),
            (len(changes.changed), "~"),
            (len(changes.removed), "-"),
        )
        parts.append(" ".join(f"{sign}{number}" for number, sign in numbers if number) + " files")
        size = sum((*changes.added.values(), *changes.changed.values()))
        parts.append(f"{size / _MEBIBYTE:.1f} MiB to send")
    if plan.hardware:
        parts.append(plan.hardware[1])
    return ", ".join(parts)

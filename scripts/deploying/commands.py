"""What ``deploy.py`` can do to Spaces that are on the Hub: look, go back, pause, delete."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from bundling.assembly import MANIFEST
from deploying import restoring, table, tree, waiting
from deploying.hub import Hub
from deploying.plan import Past, Space, history
from deploying.problems import Code, Refusal, told
from deploying.record import Records
from deploying.waiting import DoesNotRun, Pace

_SHORT = 8


def status(hub: Hub, spaces: Iterable[Space], records: Records) -> Code:
    """Print stage, hardware, commit and the last smoke request of each Space."""
    names = ("SPACE", "STAGE", "HARDWARE", "FILES", "COMMIT", "LAST ANSWER")
    print(table.aligned([names, *(_row(hub, space, records) for space in spaces)]))
    return Code.DONE


def _row(hub: Hub, space: Space, records: Records) -> tuple[str, ...]:
    name = space.repository
    with told(f"looking at {name}"):
        past = history(hub, name)
        if not past:
            return space.slug, "not there", "", "", "", ""
        head, runtime = past[0], hub.api.get_space_runtime(name)
        changes = tree.compare(
            tree.local(space.bundle.folder), tree.remote(hub.api, name, head.oid)
        )
    touched = len({*changes.added, *changes.changed, *changes.removed} - {MANIFEST})
    last = records.last(name)
    known = last.get("commit") == head.oid
    answer = f"{'as expected' if last['well'] else 'wrong'}, {last['at']}" if known else "unknown"
    return (
        space.slug,
        str(runtime.stage).lower(),
        str(runtime.hardware or runtime.requested_hardware or ""),
        f"{touched} differ" if touched else "as here",
        f"{head.oid[:_SHORT]} {head.title}",
        answer,
    )


def logs(hub: Hub, repository: str, *, build: bool) -> Code:
    """Print the log of the app, or of the build."""
    with told(f"reading the log of {repository}"):
        for line in hub.api.fetch_space_logs(repository, build=build):
            print(line.rstrip(), flush=True)
    return Code.DONE


def rollback(hub: Hub, repository: str, to: str | None, pace: Pace, *, apply: bool) -> Code:
    """Put an earlier version back, the one before the head without ``to``; or say what that is.

    Raises:
        Refusal: there is no such version, or it does not run either.
    """
    with told(f"looking at {repository}"):
        past = history(hub, repository)
    wanted = _wanted(past, to, repository)
    if not restoring.runnable(hub, repository, wanted.oid):
        raise Refusal(
            f"{repository} had no app at {wanted.oid[:_SHORT]} ({wanted.title}): there is nothing "
            "to go back to.",
            Code.HERE,
        )
    changes = restoring.changes(hub, repository, wanted.oid, past[0].oid)
    print(f"{repository}: back to {wanted.oid[:_SHORT]} ({wanted.title})")
    print("\n".join(tree.lines(changes)))
    if not apply:
        print("Nothing was written. Add --apply to do it.")
        return Code.DONE
    commit = restoring.put_back(hub, repository, wanted, past[0].oid)
    try:
        waiting.until_runs(hub, repository, commit, pace, fresh=commit != past[0].oid)
    except DoesNotRun as stage:
        raise Refusal(
            f"{repository} is back at {wanted.oid[:_SHORT]}, which does not run either: {stage}.",
            Code.VERSION,
        ) from None
    print(f"{repository} runs {commit[:_SHORT]}.")
    return Code.DONE


def _wanted(past: list[Past], to: str | None, repository: str) -> Past:
    """Return the commit that ``to`` begins, or the one before the head."""
    found = next((one for one in past[1:] if one.oid.startswith(to or "")), None)
    if found is None:
        what = f"commit {to}" if to else "version before this one"
        raise Refusal(f"{repository} has no {what}.", Code.HERE)
    return found


def pause(hub: Hub, repository: str) -> Code:
    """Stop a Space until it is restarted; it costs nothing meanwhile."""
    with told(f"pausing {repository}"):
        hub.api.pause_space(repository)
    print(f"{repository} is paused.")
    return Code.DONE


def restart(hub: Hub, repository: str) -> Code:
    """Start a Space anew."""
    with told(f"restarting {repository}"):
        hub.api.restart_space(repository)
    print(f"{repository} starts.")
    return Code.DONE


def delete(hub: Hub, repository: str, ask: Callable[[str], str] = input) -> Code:
    """Delete a Space with its history, after its name was typed.

    Raises:
        Refusal: something else was typed.
    """
    slug = repository.rpartition("/")[2]
    try:
        typed = ask(f"This deletes {repository} and its history for good. Type {slug}: ")
    except EOFError:
        typed = ""
    sys.stdout.flush()
    if typed.strip() != slug:
        raise Refusal(f"{repository} was not deleted.", Code.HERE)
    with told(f"deleting {repository}"):
        hub.api.delete_repo(repository, repo_type="space", missing_ok=True)
    print(f"{repository} is deleted.")
    return Code.DONE

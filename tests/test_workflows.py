"""The workflows of GitHub: pinned actions, few permissions, no secret beside strangers' code."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# Each was looked up in two places; a new one is, too, before it goes in here.
PINS = {
    "actions/checkout": ("de0fac2e4500dabe0009e67214ff5f5447ce83dd", "v6.0.2"),
    "actions/setup-python": ("a309ff8b426b58ec0e2a45f0f869d46889d02405", "v6.2.0"),
}
WRITES = {"smoke.yml": {"issues"}}
SECRETS = {"deploy.yml": {"HF_TOKEN"}}
FROM_OUTSIDE = {"pull_request_target", "workflow_run", "issue_comment", "issues"}

_USES = re.compile(r"uses:\s*(?P<action>[^@\s]+)(?:@(?P<commit>\S+)(?:\s+#\s*(?P<tag>\S+))?)?")
_SECRET = re.compile(r"secrets\.(\w+)")


def faults(text: str, name: str) -> Iterator[str]:
    """What is wrong with a workflow, a few words each."""
    flow = yaml.safe_load(text)
    on = flow[True]  # YAML takes the word for a truth value
    events = {on} if isinstance(on, str) else set(on)
    for found in _USES.finditer(text):
        action, commit, tag = found["action"], found["commit"], found["tag"]
        if not action.startswith("./") and PINS.get(action) != (commit, tag):
            yield f"{action} is not pinned as known"
    if events & FROM_OUTSIDE:
        yield "it is started from outside"
    secrets = set(_SECRET.findall(text))
    if secrets - SECRETS.get(name, set()) or (secrets and "pull_request" in events):
        yield "it has a secret"
    if "permissions" not in flow:
        yield "it states no permissions"
    for part in (flow, *flow["jobs"].values()):
        permissions = part.get("permissions", {})
        if isinstance(permissions, str):
            yield f"permissions: {permissions}"
            continue
        writes = {key for key, value in permissions.items() if value != "read"}
        if writes - (WRITES.get(name, set()) if part is not flow else set()):
            yield f"it may write {sorted(writes)}"
    for job in flow["jobs"].values():
        yield from _faults_of_steps(job)


def _faults_of_steps(job: dict[str, Any]) -> Iterator[str]:
    if "steps" in job and not job.get("timeout-minutes"):
        yield "a job has no end"
    if _SECRET.search(str(job.get("env", ""))):
        yield "every step sees a secret"
    for step in job.get("steps", ()):
        if "${{" in step.get("run", ""):
            yield "a value is put into a command"
        if "checkout" in step.get("uses", "") and step["with"]["persist-credentials"] is not False:
            yield "the checkout keeps its token"


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_a_workflow_is_pinned_narrow_and_without_secrets_for_strangers(file):
    assert list(faults(file.read_text("utf-8"), file.name)) == []


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_what_a_workflow_runs_is_there(file):
    named = re.findall(r"(?:scripts/[\w/]+\.py|\.ci/run|constraints\.txt)", file.read_text("utf-8"))
    assert [path for path in named if not (ROOT / path).is_file()] == []


def test_every_push_is_checked_on_both_pythons_and_main_before_it_deploys():
    check, deploy = (
        yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text("utf-8"))
        for name in ("check", "deploy")
    )
    assert {"push", "pull_request", "workflow_call"} == set(check[True])
    assert check["jobs"]["gate"]["strategy"]["matrix"]["python"] == ["3.11", "3.12"]
    assert deploy[True]["push"]["branches"] == ["main"]
    assert deploy["jobs"]["spaces"]["needs"] == "check"
    assert deploy["jobs"]["spaces"]["environment"] == "hugging-face"


BAD = {
    "actions/checkout is not pinned as known": ("de0fac2e4500dabe0009e67214ff5f5447ce83dd", "v6"),
    "it is started from outside": ("pull_request:", "pull_request_target:"),
    "it has a secret": ("run: .ci/run", "run: .ci/run\n        env: {A: '${{ secrets.A }}'}"),
    "it states no permissions": ("permissions:\n  contents: read", "env:\n  A: b"),
    "permissions: write-all": ("permissions:\n  contents: read", "permissions: write-all"),
    "it may write ['contents']": ("contents: read", "contents: write"),
    "a job has no end": ("timeout-minutes: 120", "name: gate"),
    "a value is put into a command": (".ci/run", "echo ${{ github.event.head_commit.message }}"),
    "the checkout keeps its token": ("credentials: false", "credentials: true"),
}


@pytest.mark.parametrize("fault", BAD)
def test_each_of_these_faults_would_be_found(fault):
    good = (ROOT / ".github" / "workflows" / "check.yml").read_text("utf-8")
    old, new = BAD[fault]
    assert old in good
    assert list(faults(good.replace(old, new), "check.yml")) == [fault]

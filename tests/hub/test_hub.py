"""The stand-in Hub holds what it is given as the real one does, for the real client and command."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete
from huggingface_hub.errors import HfHubHTTPError, RepositoryNotFoundError
from tests.hub.faults import Fault

SPACE = "ann/ocr"
HF = Path(sys.executable).parent / "hf"


def add(path: str, content: bytes) -> CommitOperationAdd:
    return CommitOperationAdd(path, content)


@pytest.fixture
def space(api):
    api.create_repo(SPACE, repo_type="space", space_sdk="gradio")
    return SPACE


def commit(api, space, *operations, **options):
    return api.create_commit(
        space, list(operations), commit_message="Change", repo_type="space", **options
    ).oid


def test_files_come_back_as_they_were_given_small_and_large(api, space, tmp_path):
    weights = bytes(range(256)) * 8
    oid = commit(api, space, add("a/app.py", b"print()"), add("w.safetensors", weights))
    tree = {
        file.path: file for file in api.list_repo_tree(space, recursive=True, repo_type="space")
    }
    assert tree["w.safetensors"].lfs.size == len(weights)
    assert tree["a/app.py"].lfs is None
    folder = api.snapshot_download(space, repo_type="space", local_dir=tmp_path)
    assert (Path(folder) / "w.safetensors").read_bytes() == weights
    assert (Path(folder) / "a/app.py").read_bytes() == b"print()"
    assert api.list_repo_commits(space, repo_type="space")[0].commit_id == oid


def test_a_commit_on_an_old_head_is_refused(api, hub, space):
    old = api.space_info(space).sha
    commit(api, space, add("a", b"1"), parent_commit=old)
    with pytest.raises(HfHubHTTPError) as caught:
        commit(api, space, add("a", b"2"), parent_commit=old)
    assert caught.value.response.status_code == 412
    assert hub.files(space)["a"] == b"1"


def test_an_earlier_tree_is_put_back_with_copies_and_removals(api, hub, space):
    old = commit(api, space, add("a", b"1"), add("w.safetensors", b"one"))
    commit(api, space, add("a", b"2"), add("w.safetensors", b"two"), add("b", b"new"))
    back = [CommitOperationCopy(p, p, src_revision=old) for p in ("a", "w.safetensors")]
    commit(api, space, *back, CommitOperationDelete("b"))
    held = hub.files(space)
    assert (held["a"], held["w.safetensors"], "b" in held) == (b"1", b"one", False)


def test_a_space_builds_step_by_step_and_then_runs_the_new_commit(api, space):
    oid = commit(api, space, add("app.py", b"print()"))
    seen = [api.get_space_runtime(space) for _ in range(5)]
    stages = ["NO_APP_FILE", "BUILDING", "APP_STARTING", "RUNNING", "RUNNING"]
    assert [one.stage for one in seen] == stages
    assert seen[-1].raw["sha"] == oid
    commit(api, space, add("app.py", b"raise SystemExit('BUILD_ERROR')"))
    assert api.wait_for_space(space, poll_interval=0.01).stage == "RUNNING"  # the old one, still
    assert api.wait_for_space(space, poll_interval=0.01).stage == "BUILD_ERROR"
    assert "it ended as BUILD_ERROR\n" in list(api.fetch_space_logs(space, build=True))


def test_secrets_are_named_and_never_told(api, hub, space):
    api.add_space_secret(space, "KEY", "value")
    api.add_space_variable(space, "SIZE", "tiny")
    assert set(api.get_space_secrets(space)) == {"KEY"}
    assert "value" not in repr(api.get_space_secrets(space))
    assert api.get_space_variables(space)["SIZE"].value == "tiny"
    assert hub.space(space).secrets == {"KEY": "value"}


def test_a_collection_is_made_once_and_lists_four_items_only(api):
    slugs = {api.create_collection("All of it", exists_ok=True).slug for _ in range(2)}
    assert len(slugs) == 1
    for n in range(6):
        api.add_collection_item(slugs.copy().pop(), f"ann/s{n}", "space", exists_ok=True)
    assert len(next(iter(api.list_collections(owner="ann"))).items) == 4
    assert len(api.get_collection(slugs.pop()).items) == 6


def test_a_wrong_token_and_none_are_refused(api, hub, space):
    with pytest.raises(HfHubHTTPError) as caught:
        api.whoami(token="hf_wrong")
    assert caught.value.response.status_code == 401
    hub.space(space).private = True
    with pytest.raises(RepositoryNotFoundError):
        api.space_info(space, token=False)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_the_connection_is_cut_before_or_after_the_effect(api, hub, space, after):
    hub.fail(Fault(path="POST .*/commit/", after=after))
    with pytest.raises(httpx.TransportError):
        commit(api, space, add("app.py", b"1"))
    assert ("app.py" in hub.files(space)) == after
    commit(api, space, add("app.py", b"2"))
    assert hub.files(space)["app.py"] == b"2"


def test_an_answer_may_be_any_status_with_any_headers(api, hub, space):
    hub.fail(Fault(path="/runtime", status=429, headers={"Retry-After": "7"}))
    with pytest.raises(HfHubHTTPError) as caught:
        api.get_space_runtime(space)
    assert caught.value.response.headers["Retry-After"] == "7"
    assert api.get_space_runtime(space).stage == "NO_APP_FILE"


def hf(outside, *arguments):
    done = subprocess.run(
        [HF, *map(str, arguments)], env=outside, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_hub_s_own_command_talks_to_it(hub, outside, tmp_path):
    (tmp_path / "app.py").write_text("print()")
    (tmp_path / "w.safetensors").write_bytes(b"weights")
    hf(outside, "repos", "create", SPACE, "--type", "space", "--space-sdk", "gradio")
    hf(outside, "upload", SPACE, tmp_path, ".", "--type", "space", "--delete", "*")
    assert hub.files(SPACE) == {"app.py": b"print()", "w.safetensors": b"weights"}
    hf(outside, "spaces", "variables", "add", SPACE, "-e", "SIZE=tiny")
    hub.runtimes.lag = 0
    hf(outside, "spaces", "wait", SPACE)
    assert "it ended as RUNNING" in hf(outside, "spaces", "logs", SPACE, "--build")
    assert hub.space(SPACE).variables == {"SIZE": "tiny"}

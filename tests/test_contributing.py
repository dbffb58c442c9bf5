"""“Add a Space in six steps”, done in a copy of the repository as CONTRIBUTING.md says."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from gradio_client import Client
from tests.conftest import ROOT

GUIDE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
_FILE = re.compile(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)
_INSERT = re.compile(r"<!-- insert: (\S+) after: (.+?) -->\n```\w+\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the repository with the Space ``echo`` added."""
    root = tmp_path_factory.mktemp("copy")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(lambda name: (ROOT / name).is_file(), listed.stdout.splitlines()):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    for name, code in _FILE.findall(GUIDE):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(code)
    for name, after, code in _INSERT.findall(GUIDE):
        text = (root / name).read_text()
        assert text.count(after) == 1
        (root / name).write_text(text.replace(after, f"{after}\n{code.rstrip()}"))
    pattern = root / "spaces" / "kokoro-tts"
    shutil.copytree(pattern / "examples", root / "spaces" / "echo" / "examples")
    for name in ("README.md", "requirements.txt", "space.toml"):
        shutil.copy(pattern / name, root / "spaces" / "echo" / name)
    return root


def environment(copy):
    return {**os.environ, "PYTHONPATH": str(copy / "shared")}


def test_the_guide_has_six_steps_with_their_files():
    assert re.findall(r"^\*\*(\d)\.", GUIDE, re.MULTILINE) == list("123456")
    assert len(_FILE.findall(GUIDE)) == 3
    assert len(_INSERT.findall(GUIDE)) == 2


@pytest.mark.parametrize("tests", ["tests/test_layout.py", "tests/core/test_catalog.py"])
def test_the_repositorys_own_tests_accept_the_new_space(copy, tests):
    subprocess.run(["git", "init", "-q"], cwd=copy, check=True)
    subprocess.run(["git", "add", "-A"], cwd=copy, check=True)

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests],
        cwd=copy,
        env=environment(copy),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-3000:]


def test_lint_and_format_accept_it(copy):
    files = [name for name, _ in _FILE.findall(GUIDE)]

    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *files],
            cwd=copy,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def test_the_gallery_serves_it(copy, start_server, python):
    server = start_server(
        [python, "-P", "-m", "portfolio_server"],
        ready="/readyz",
        variables={"PYTHONPATH": str(copy / "shared")},
    )

    client = Client(f"{server.url}/spaces/echo/", verbose=False)

    assert client.predict(text="메아리", api_name="/repeat") == "메아리 메아리"

"""The environment is installed once, never half, and says in one sentence what it lacks."""

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def one_sentence(text: str) -> bool:
    lines = text.strip().splitlines()
    return len(lines) == 1 and "Traceback" not in text


class TestOnce:
    def test_a_second_start_installs_nothing(self, installed) -> None:
        before = installed.installs()

        code, output = installed.run("install.py", "talker", "server")

        assert (code, output.strip()) == (0, str(installed.root / ".venv" / "bin" / "python"))
        assert installed.installs() == before == 1

    def test_fewer_extras_fit(self, installed) -> None:
        installed.run("install.py", "server")

        assert installed.installs() == 1

    @pytest.mark.parametrize(
        ("file", "text", "again"),
        [
            ("constraints.txt", "other==1\n", True),
            ("spaces/talker/requirements.txt", "# newer\n", True),
            ("pyproject.toml", "[project.scripts]\nx = 'x:x'\n", True),
            ("pyproject.toml", "[tool.ruff]\nline-length = 90\n", False),
            ("tests/requirements.txt", "# newer\n", False),
        ],
    )
    def test_what_is_asked_for_decides(self, installed, environment, file, text, again) -> None:
        path = installed.root / file
        before = path.read_text()
        try:
            path.write_text(before + text)

            assert environment.fits(["talker", "server"], installed.root) is not again
        finally:
            path.write_text(before)

    @pytest.mark.parametrize(("key", "value"), [("python", "3.9"), ("root", "/elsewhere")])
    def test_where_it_was_made_decides(self, installed, environment, key, value) -> None:
        before = installed.stamp.read_text()
        try:
            installed.stamp.write_text(json.dumps(json.loads(before) | {key: value}))

            assert not environment.fits(["talker"], installed.root)
        finally:
            installed.stamp.write_text(before)

    @pytest.mark.parametrize("text", ["", "{", "[]", '"x"'])
    def test_a_damaged_stamp_counts_for_nothing(self, installed, environment, text) -> None:
        before = installed.stamp.read_text()
        try:
            installed.stamp.write_text(text)

            assert not environment.fits(["talker"], installed.root)
        finally:
            installed.stamp.write_text(before)


class TestLife:
    def test_extras_grow_and_a_moved_folder_is_made_anew(self, installed, tmp_path) -> None:
        """One environment from run.py to test.py and back, and then to another folder."""
        code, output = installed.run("install.py", "test")
        assert code == 0, output
        assert json.loads(installed.stamp.read_text())["extras"] == ["server", "talker", "test"]
        installed.run("install.py", "talker", "server")
        assert installed.installs() == 2

        moved = shutil.copytree(installed.root, tmp_path / "moved", symlinks=True)
        command = [sys.executable, "scripts/install.py", "talker"]
        done = subprocess.run(command, cwd=moved, capture_output=True, text=True, check=False)

        assert done.returncode == 0, done.stdout + done.stderr
        assert (moved / ".venv" / "install.log").read_text().startswith("$")
        stamp = json.loads((moved / ".venv" / "portfolio.json").read_text())
        assert (stamp["root"], stamp["extras"]) == (str(moved), ["server", "talker", "test"])

    @pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
    def test_stopped_in_the_middle_it_leaves_nothing_running(self, project, stop) -> None:
        (project.root / "slow").touch()
        process = project.start("install.py", "talker")
        builder = project.building()

        process.send_signal(stop)
        output = process.communicate(timeout=30)[0]

        assert process.returncode == {signal.SIGTERM: 143, signal.SIGINT: 130}[stop]
        assert "Traceback" not in output
        assert not project.stamp.exists()
        assert project.gone(builder)

    def test_killed_in_the_middle_it_is_repaired_by_the_next_start(self, project) -> None:
        """The kill leaves pip behind; the next start waits for it and then repairs."""
        (project.root / "slow").touch()
        first = project.start("install.py", "talker")
        project.building()
        first.kill()
        first.wait()
        assert not project.stamp.exists()

        second = project.start("install.py", "talker")
        line = second.stdout.readline()
        (project.root / "slow").unlink()
        output = second.communicate(timeout=120)[0]

        assert line == "Another start is installing into .venv; waiting for it.\n"
        assert second.returncode == 0, output
        assert project.stamp.exists()

    def test_two_starts_at_once_install_once(self, project) -> None:
        starts = [project.start("install.py", "talker") for _ in range(2)]
        outputs = [start.communicate(timeout=120)[0] for start in starts]

        assert [start.returncode for start in starts] == [0, 0], outputs
        assert project.installs() == 1


class TestSentences:
    def test_no_network(self, project) -> None:
        """A closed port of this machine stands for an index that cannot be reached."""
        (project.root / "constraints.txt").write_text("")
        text = (project.root / "pyproject.toml").read_text()
        text = text.replace("requires = []", 'requires = ["setuptools>=77"]')
        (project.root / "pyproject.toml").write_text(text)
        start = time.monotonic()

        code, output = project.run(
            "install.py", "talker", PIP_INDEX_URL="http://127.0.0.1:9/simple"
        )

        assert code == 1
        assert output.splitlines()[-1] == (
            "The package index (127.0.0.1) cannot be reached: check the network, then start again."
        )
        assert "Traceback" not in output
        assert not project.stamp.exists()
        assert time.monotonic() - start < 60

    def test_a_silent_network_is_given_up(self, environment) -> None:
        given = environment._pip_environment({})

        assert int(given["PIP_RETRIES"]) * int(given["PIP_DEFAULT_TIMEOUT"]) <= 30
        assert environment._pip_environment({"PIP_RETRIES": "9"})["PIP_RETRIES"] == "9"

    @pytest.mark.parametrize(
        ("output", "words"),
        [
            ("ERROR: ... OSError: [Errno 28] No space left on device", "disk is full"),
            ("ERROR: [Errno 13] Permission denied: '/x'", "cannot be written"),
            ("HTTPSConnectionPool(host='an.index', port=443): Max retries exceeded", "(an.index)"),
            (
                "Retrying after connection broken by 'SSLError(...)': /simple/x/",
                "check the network",
            ),
            ("error: something new", "install.log"),
        ],
    )
    def test_a_failure_names_the_way_out(self, environment, output, words) -> None:
        sentence = environment.reason(output)

        assert words in sentence
        assert one_sentence(sentence)
        assert "{" not in sentence

    @pytest.mark.parametrize("name", ["environment.py", "run.py", "test.py", "check.py"])
    def test_python_3_8_can_read_the_scripts(self, name) -> None:
        ast.parse((ROOT / "scripts" / name).read_text(), feature_version=(3, 8))

    @pytest.mark.parametrize("name", ["run.py", "test.py", "check.py"])
    @pytest.mark.parametrize("version", [(3, 8), (3, 10), (3, 13)])
    def test_another_python_gets_one_sentence(self, version, name) -> None:
        """A Python that only says it is another; the syntax is the test above."""
        folder, script = str(ROOT / "scripts"), str(ROOT / "scripts" / name)
        code = (
            f"import runpy, sys; sys.path[0] = {folder!r}; sys.argv = [{script!r}, 'x']; "
            f"sys.version_info = {(*version, 0, 'final', 0)}; "
            f"runpy.run_path({script!r}, run_name='__main__')"
        )
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=False)

        assert (done.returncode, done.stdout) == (1, "")
        wrong = f"This needs Python 3.11 or 3.12 and was started with 3.{version[1]}; "
        assert done.stderr.startswith(wrong)
        assert one_sentence(done.stderr)

    def test_the_right_python_is_named_where_it_is(self, environment) -> None:
        def there(name: str) -> bool:
            return name == "python3.11"

        with pytest.raises(environment.Problem, match=r"3\.13; type: python3\.11 a\.py 'b c'$"):
            environment.require_python((3, 13), ["a.py", "b c"], there)
        with pytest.raises(environment.Problem, match=r"install Python 3\.12, then type: python3"):
            environment.require_python((3, 8), ["a.py"], lambda _name: False)

    @pytest.mark.parametrize("version", [(3, 11), (3, 12)])
    def test_a_right_python_passes(self, environment, version) -> None:
        environment.require_python(version)

    def test_a_folder_that_cannot_be_written(self, environment, monkeypatch, tmp_path) -> None:
        monkeypatch.setattr(os, "access", lambda *_: False)

        with pytest.raises(environment.Problem, match="clone the repository into a folder of"):
            environment._check_folder(tmp_path)

    def test_a_python_without_venv(self, environment, monkeypatch, tmp_path) -> None:
        monkeypatch.setattr(environment.importlib.util, "find_spec", lambda _name: None)

        with pytest.raises(environment.Problem, match=r"apt-get install python3\.1[12]-venv"):
            environment._check_folder(tmp_path)


class TestInside:
    """A script that works in the environment only."""

    @pytest.fixture
    def outside(self, environment, monkeypatch, tmp_path):
        """Give what was done, for a script that was started outside of the environment."""
        done = []
        python = tmp_path / "python"
        monkeypatch.setattr(environment, "inside", lambda: False)
        monkeypatch.setattr(environment, "venv_python", lambda: python)
        monkeypatch.setattr(environment.os, "execv", lambda *command: done.append(command[0]))

        def ensure(extras):
            python.touch()
            done.append(extras)

        monkeypatch.setattr(environment, "ensure", ensure)
        return done, python

    def test_it_says_how_to_make_the_environment_or_makes_it(self, environment, outside):
        done, python = outside
        with pytest.raises(environment.Problem, match=r"There is no \.venv yet"):
            environment.require_inside()

        environment.require_inside(make=True)

        assert done == [[*environment.spaces(), "server"], str(python)]

    def test_where_there_is_one_it_is_taken_as_it_is(self, environment, outside):
        done, python = outside
        python.touch()

        environment.require_inside(make=True)

        assert done == [str(python)]

    @pytest.mark.parametrize("name", ["bundle", "deploy", "publish_model", "smoke"])
    def test_a_script_explains_itself_before_anything_is_installed(self, name):
        script = ROOT / "scripts" / f"{name}.py"
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _START.format(script=str(script))],
            capture_output=True,
            text=True,
            check=False,
        )

        assert (done.returncode, done.stderr) == (0, "")
        assert f"usage: {name}.py" in done.stdout


# As python3 starts a script, without what is installed beside Python itself.
_START = """
import runpy, sys
from pathlib import Path
sys.path.insert(0, str(Path({script!r}).parent))
sys.argv = [{script!r}, "--help"]
runpy.run_path({script!r}, run_name="__main__")
"""

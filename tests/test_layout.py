"""What the folders promise: found on disk, not listed."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
SPACES = sorted(path for path in (ROOT / "spaces").iterdir() if path.is_dir())
LONGEST_FILE = 400  # lines; what is longer is two things

# A lock or a pin must come from whichever index its user has, and no file knows one machine.
REGISTRY = re.compile(r"pypi\.org|pythonhosted\.org|registry\.npmjs|npmjs\.org|download\.pytorch")
MACHINE_PATH = re.compile(r"(?<![\w.:~-])/(?:home|root|work|Users|opt/wheels)/[\w.]")


def tracked() -> list[Path]:
    """Return the files that are, or are about to be, in the repository."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("This copy is no git repository.")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def requirement_files() -> list[Path]:
    return [path for path in tracked() if path.name == "requirements.txt"]


def requirements(path: Path) -> list[Requirement]:
    lines = (line.partition("#")[0].strip() for line in path.read_text("utf-8").splitlines())
    return [Requirement(line) for line in lines if line]


def pins() -> dict[str, str]:
    found = {}
    for requirement in requirements(ROOT / "constraints.txt"):
        (specifier,) = requirement.specifier
        assert specifier.operator == "==", requirement
        found[canonicalize_name(requirement.name)] = specifier.version
    return found


def test_no_folder_hides_the_package_spaces() -> None:
    """An __init__.py in spaces/ would stand for the package of that name from the index."""
    assert not list((ROOT / "spaces").rglob("__init__.py"))


def test_shared_is_a_plain_folder() -> None:
    assert not (ROOT / "shared" / "__init__.py").exists()


@pytest.mark.parametrize("space", SPACES, ids=lambda path: path.name)
class TestSpace:
    def test_has_the_files_of_a_space(self, space: Path) -> None:
        wanted = {"README.md", "app.py", "requirements.txt", "space.toml"}

        assert wanted <= {path.name for path in space.iterdir()}

    def test_has_exactly_one_python_file(self, space: Path) -> None:
        """Two Spaces in one process would get each other's helper modules."""
        files = [path.relative_to(space) for path in space.rglob("*.py")]

        assert [str(path) for path in files] == ["app.py"]

    def test_its_requirements_are_the_extra_of_its_name(self, space: Path) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
        extras = project["tool"]["setuptools"]["dynamic"]["optional-dependencies"]

        assert extras[space.name] == {"file": [f"spaces/{space.name}/requirements.txt"]}

    def test_its_requirements_are_ranges_that_hold_the_tested_version(self, space: Path) -> None:
        for requirement in requirements(space / "requirements.txt"):
            pinned = pins()[canonicalize_name(requirement.name)]

            assert requirement.specifier.contains(pinned), requirement
            assert any(part.operator in {"<", "<=", "~=", "=="} for part in requirement.specifier)


def test_every_requirement_is_pinned() -> None:
    asked = {canonicalize_name(r.name) for path in requirement_files() for r in requirements(path)}

    assert asked <= pins().keys()


def test_torch_is_pinned_without_a_build() -> None:
    assert pins()["torch"] == "2.13.0"


def test_pins_are_for_every_machine() -> None:
    for name, version in pins().items():
        assert "+" not in version, name
        assert not name.startswith(("nvidia", "cuda", "triton")), name


def test_no_file_names_a_registry() -> None:
    assert _matches(REGISTRY) == []


def test_no_file_names_a_path_of_one_machine() -> None:
    assert _matches(MACHINE_PATH) == []


def test_the_search_for_registries_finds_one() -> None:
    assert REGISTRY.search("https://pypi" + ".org/simple")


def test_the_search_for_paths_finds_one() -> None:
    assert MACHINE_PATH.search("open('" + "/home" + "/me/x')")
    assert not MACHINE_PATH.search("https://host/home/page and ~/" + "work/x")


def test_no_python_file_is_too_long() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for path in tracked()
        if path.suffix == ".py"
    }

    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def _matches(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in tracked():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a sound
        lines = enumerate(text.splitlines(), 1)
        found += [f"{path.relative_to(ROOT)}:{n}" for n, line in lines if pattern.search(line)]
    return found

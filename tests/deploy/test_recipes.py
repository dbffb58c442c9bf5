"""The recipes to run the server name only what exists, and give away nothing."""

import configparser
import fnmatch
import json
import re
import shlex

import pytest
from tests.conftest import ROOT

from portfolio_core import errors
from portfolio_core.settings import Limits, Settings, from_environment
from portfolio_server.access import _OPEN

FOLDER = ROOT / "deploy"
CONTAINER = FOLDER / "container" / "Dockerfile"
UNIT = FOLDER / "systemd" / "spaces-portfolio.service"
LAST_BYTES_SECONDS = 10


def instructions(text):
    """Yield each instruction of a recipe and its arguments, continued lines joined."""
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    for line in filter(None, map(str.strip, joined.splitlines())):
        name, _, arguments = line.partition(" ")
        yield name, arguments.strip()


@pytest.fixture(scope="module")
def container():
    return list(instructions(CONTAINER.read_text("utf-8")))


@pytest.fixture(scope="module")
def unit():
    """The [Service] part; what is named twice is a list."""
    many = type("Many", (dict,), {"__setitem__": add})
    reader = configparser.RawConfigParser(strict=False, dict_type=many)
    reader.optionxform = str
    reader.read_string(UNIT.read_text("utf-8"))
    return {name: value.splitlines() for name, value in reader["Service"].items()}


def add(self, name, value):
    if isinstance(value, list) and name in self:
        self[name].extend(value)
    else:
        dict.__setitem__(self, name, value)


def is_settings(names):
    known = {f"PORTFOLIO_{name.upper()}" for name in (*Settings.model_fields, *Limits.model_fields)}
    return set(names) <= known


def of(container, wanted):
    return [arguments for name, arguments in container if name == wanted]


class TestContainer:
    def test_everything_that_is_copied_exists_and_is_let_in(self, container):
        ignore = CONTAINER.with_name("Dockerfile.dockerignore").read_text("utf-8").splitlines()
        let_in = [line[1:] for line in ignore if line.startswith("!")]
        sources = [
            source
            for arguments in of(container, "COPY")
            if "--from" not in arguments
            for source in shlex.split(arguments)[:-1]
        ]

        assert sources
        for source in sources:
            assert list(ROOT.glob(source)), source
            assert any(fnmatch.fnmatch(source, pattern + "*") for pattern in let_in), source
        assert "*" in ignore
        assert not {".git", ".env", "."} & set(let_in)

    def test_it_does_not_run_as_root(self, container):
        users = of(container, "USER")

        assert users
        assert all(re.fullmatch(r"[1-9]\d*:[1-9]\d*", user) for user in users)
        assert [name for name, _ in container].index("USER") < len(container) - 1

    def test_no_secret_is_in_it(self, container):
        told = " ".join(of(container, "ENV") + of(container, "ARG")).upper()

        assert not re.search(r"TOKEN|API_KEYS|SECRET|PASSWORD|HF_", told)

    def test_its_settings_are_settings_and_ask_for_a_key(self, container):
        variables = dict(re.findall(r"(PORTFOLIO_\w+)=(\S+)", " ".join(of(container, "ENV"))))
        settings = from_environment(variables)

        assert settings.host == "0.0.0.0"
        assert not settings.open_to_all

    def test_its_health_is_asked_at_an_address_that_needs_no_key(self, container):
        (check,) = of(container, "HEALTHCHECK")
        path = re.search(r"127\.0\.0\.1:(\d+)(/\w+)", check)

        assert path[2] in _OPEN
        assert of(container, "EXPOSE") == [path[1]]

    def test_the_server_gets_the_signals(self, container):
        (started,) = of(container, "ENTRYPOINT")

        assert json.loads(started)[-1] == "portfolio_server"


class TestUnit:
    def test_its_settings_are_settings(self, unit):
        names = [variable.partition("=")[0] for variable in unit["Environment"]]

        assert is_settings(name for name in names if name != "HOME")

    def test_it_waits_until_the_server_has_drained(self, unit):
        (seconds,) = unit["TimeoutStopSec"]

        assert int(seconds) >= Limits().drain_seconds + LAST_BYTES_SECONDS

    def test_it_may_do_little(self, unit):
        asked = {"NoNewPrivileges", "PrivateTmp", "ProtectHome", "DynamicUser"}

        assert {name for name in asked if unit.get(name) == ["yes"]} == asked
        assert unit["ProtectSystem"] == ["strict"]
        assert unit["CapabilityBoundingSet"] == []

    def test_it_starts_what_there_is(self, unit):
        (command,) = unit["ExecStart"]

        assert command.endswith("-m portfolio_server spaces")
        assert (ROOT / "shared" / "portfolio_server" / "__main__.py").is_file()
        assert (ROOT / "spaces").is_dir()


class TestPage:
    TEXT = (ROOT / "docs" / "operating.md").read_text("utf-8")

    def test_every_setting_that_it_names_is_one(self):
        names = re.findall(r"PORTFOLIO_[A-Z_]+", self.TEXT)

        assert len(names) > 10
        assert is_settings(names)

    def test_every_refusal_that_it_names_has_that_status(self):
        told = re.findall(r"(\d{3}) `(\w+)`", self.TEXT)
        known = {kind.code: kind.status for kind in everything(errors.PortfolioError)}

        assert len(told) > 5
        assert told == [(str(known[code]), code) for _, code in told]

    def test_its_links_lead_somewhere(self):
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", self.TEXT):
            assert (ROOT / "docs" / target).exists(), target


def everything(kind):
    yield kind
    for child in kind.__subclasses__():
        yield from everything(child)

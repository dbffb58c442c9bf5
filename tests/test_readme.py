"""The README tells the truth: its code runs, its limits are the real ones, its links lead."""

import json
import re
import subprocess
import sys

import pytest
from tests.conftest import ROOT

from portfolio_core.settings import Limits

README = (ROOT / "README.md").read_text("utf-8")
ADDRESS = "http://127.0.0.1:7860"


def block(language, part):
    """Return the code block of that language that holds ``part``."""
    blocks = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return next(code for code in blocks if part in code)


@pytest.fixture(scope="module")
def gallery(start_server, python):
    return start_server([python, "-m", "portfolio_server"], ready="/readyz")


def run(command, gallery, code, **options):
    done = subprocess.run(
        [*command, code.replace(ADDRESS, gallery.url)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_python_example_runs(gallery):
    assert "espeak-ng" in run([sys.executable, "-c"], gallery, block("python", "gradio_client"))


def test_the_javascript_example_runs(gallery, node_modules):
    code = block("javascript", "@gradio/client") + "process.exit(0);"

    told = run(["node", "--input-type=module", "-e"], gallery, code, cwd=node_modules.parent)

    assert ".wav espeak-ng" in told


def test_the_curl_example_runs(gallery):
    told = run(["sh", "-c"], gallery, block("sh", "EVENT="))

    assert "event: complete" in told


def test_the_mcp_address_answers(gallery):
    import httpx

    servers = json.loads(block("json", "mcpServers"))["mcpServers"]
    url = servers["text-to-speech"]["url"].replace(ADDRESS, gallery.url)

    assert httpx.get(f"{url}schema").json()[0]["name"] == "speak"


def test_the_table_of_limits_is_the_real_one():
    told = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", README, re.MULTILINE))

    assert {name: float(value) for name, value in told.items()} == {
        name: float(value) for name, value in Limits().model_dump().items()
    }


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "spaces/kokoro-tts/README.md"])
def test_links_inside_the_repository_lead_somewhere(page):
    text = re.sub(r"`[^`]*`", "", (ROOT / page).read_text("utf-8"))  # code is no link
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert ((ROOT / page).parent / target).exists(), target


def test_every_space_is_in_the_table():
    for app in ROOT.glob("spaces/*/app.py"):
        assert f"(spaces/{app.parent.name})" in README

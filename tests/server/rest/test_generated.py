"""Requests made up from /openapi.json, right and wrong ones: none breaks a route.

Schemathesis makes them and judges the answers by all of its checks, and by that of
generated_checks.py: no error tells an address, a path or a line of code.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
GROUPS = ("models", "engines", "chat", "embeddings", "audio", "images", "ocr", "captions",
          "classification", "rag")  # fmt: skip
CASES = 2000  # of a group, with --full
SECONDS = 3600


@pytest.fixture(scope="session")
def full(request):
    return request.config.getoption("--full")


def run(server, folder, *options):
    """Let Schemathesis send requests; return how many, and all that it has said."""
    program = Path(sys.executable).with_name("schemathesis")
    command = [
        program, "--config-file", HERE / "schemathesis.toml",
        "run", f"{server.url}/openapi.json", "--checks", "all", "--max-response-time", "300",
        "--request-timeout", "300", "--generation-database", "none", "--no-color",
        "--continue-on-failure", "--seed", "1", *options,
    ]  # fmt: skip
    hooks = {"PYTHONPATH": str(HERE), "SCHEMATHESIS_HOOKS": "generated_checks"}
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=SECONDS,
        check=False, cwd=folder, env=os.environ | hooks,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return int(re.search(r"(\d+) generated", done.stdout)[1])


def test_no_made_up_request_breaks_a_route(server, tmp_path, full):
    if full:
        pytest.skip("the groups are run one by one instead")
    # Whatever draws a whole picture or writes a reply for each is left to --full.
    slow = [
        part
        for path in ("/v1/images/generations", "/v1/chat/completions")
        for part in ("--exclude-path", path)
    ]

    generated = run(server, tmp_path, "--phases", "fuzzing", "--max-examples", "2", *slow)

    assert generated >= len(GROUPS)


@pytest.mark.parametrize("group", GROUPS)
def test_no_request_of_thousands_breaks_a_group(server, tmp_path, full, group):
    if not full:
        pytest.skip("thousands of requests: with --full")
    options = ["--include-tag", group, "--max-examples", CASES]

    generated = run(server, tmp_path, "--phases", "examples,coverage,fuzzing", *options)

    print(f"{group}: {generated} requests")
    assert generated >= CASES or group == "models"  # there are not so many names of models


def test_the_check_finds_what_tells_of_the_machine():
    from tests.server.rest import generated_checks

    leaks = [
        "Traceback (most",
        "at /" + "home/a/b.py",
        "10.0.0.7 said no",
        "<object at 0x7f00aa11bb>",
    ]
    assert all(generated_checks._MACHINE.search(leak) for leak in leaks)
    assert not generated_checks._MACHINE.search("“a/b” is unknown. Use one of 1.5, 2.0.")

"""The page /docs in a real browser, and what it is drawn from."""

import re
import subprocess
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 60


@pytest.fixture(scope="module")
def described(server):
    return httpx.get(f"{server.url}/openapi.json", timeout=60).raise_for_status().json()


def operations(described):
    return {
        f"{method} {path}": operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }


def resolved(described, schema):
    name = schema.get("$ref", "").rpartition("/")[2]
    return described["components"]["schemas"][name] if name else schema


def has_example(described, content):
    return "example" in content or "examples" in resolved(described, content.get("schema", {}))


def test_every_route_shows_an_example_of_what_it_takes_and_gives(described):
    without = []
    for name, operation in operations(described).items():
        given = operation.get("requestBody", {}).get("content", {})
        answered = operation["responses"]["200"]["content"]
        told = {kind: one for kind, one in answered.items() if kind == "application/json"}
        without += [name for one in [*given.values(), *told.values()]
                    if not has_example(described, one)]  # fmt: skip

    assert not without


def test_every_field_that_is_sent_is_described(described):
    without = [
        f"{name} {field}"
        for name, operation in operations(described).items()
        for one in operation.get("requestBody", {}).get("content", {}).values()
        for field, schema in resolved(described, one["schema"])["properties"].items()
        if "description" not in schema and "$ref" not in schema
    ]

    assert not without


def test_every_route_says_how_it_fails(described):
    assert all(
        {"200", "4XX", "5XX"} == one["responses"].keys() for one in operations(described).values()
    )


@pytest.mark.browser
def test_the_page_is_drawn_from_this_server_alone_and_can_call_a_route(browser, server):
    with browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        outside, wrong = [], []
        page.on("request", lambda r: r.url.startswith((server.url, "data:")) or outside.append(r))
        page.on("console", lambda m: m.type in {"error", "warning"} and wrong.append(m.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))

        page.goto(f"{server.url}/docs")
        page.locator("#operations-models-list_models_v1_models_get").click()
        page.locator("button.execute").click()
        page.locator(".live-responses-table .response-col_status").first.wait_for()

        told = page.locator(".live-responses-table").text_content()
        assert "espeak-ng" in told
        assert page.locator(".opblock").count() >= 18
        assert outside == wrong == []


def test_the_page_lets_nothing_of_others_in(server):
    answer = httpx.get(f"{server.url}/docs", timeout=60)

    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'nonce-")
    assert "unsafe" not in policy
    assert "http" not in answer.text


def test_every_call_of_the_documentation_works_as_it_stands(server, tmp_path):
    page = (ROOT / "docs" / "server.md").read_text("utf-8")
    (lines,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    (tmp_path / "spaces").symlink_to(ROOT / "spaces")
    calls = lines.replace("http://127.0.0.1:7860", server.url).replace(
        "curl -s ", "curl -s --fail-with-body --write-out '%{stderr}\\n%{url} %{http_code}\\n' "
    )

    done = subprocess.run(
        ["sh", "-e", "-c", calls], capture_output=True, text=True, timeout=300, check=False,
        cwd=tmp_path,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr
    for path in re.findall(r"^\| `\w+ (\S+)` \|", page, re.MULTILINE):
        called = path.partition("{")[0] in calls.replace("$SERVER", "/v1")
        assert called or path == "/v1/audio/translations"


def test_the_documentation_names_every_route(described):
    page = (ROOT / "docs" / "server.md").read_text("utf-8")
    named = set(re.findall(r"^\| `(\w+ \S+)` \|", page, re.MULTILINE))

    routes = {f"{name.split()[0].upper()} {name.split()[1]}" for name in operations(described)}
    assert named == routes - {"GET /v1/models/{name}"}

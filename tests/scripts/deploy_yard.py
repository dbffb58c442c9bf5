"""A root with small Spaces, and runs of scripts/deploy.py on it against the stand-in Hub."""

import contextlib
import dataclasses
import hashlib
import importlib
import io
import json
import shutil
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from huggingface_hub.utils import _http
from tests.hub.server import Hub

ROOT = Path(__file__).resolve().parent.parent.parent

_TOML = """\
[bundle]
tasks = ["text-to-speech"]
[deploy]
hardware = "{hardware}"
secrets = {secrets}
variables = {{ {variables} }}
[smoke]
endpoint = "/greet"
arguments = {{ name = "Ann" }}
expect = "a greeting"
checks = [{{ output = 0, contains = ["{expect}"] }}]
"""

_GALLERY = """\
[bundle]
presets = ["tiny"]
[deploy]
hardware = "zero-a10g"
variables = { PORTFOLIO_DEVICE = "cpu" }
"""
ON_GPU = {"portfolio_core/ui/gpu.py": b""}
"""What a bundle has that may go to ZeroGPU."""

APP = """\
import os, gradio as gr
def greet(name: str) -> str:
    return f"Hello, {name}"
with gr.Blocks() as page:
    gr.api(greet, api_name="greet")
page.launch(server_port=int(os.environ["PORTFOLIO_PORT"]), quiet=True)
"""


class Yard:
    """The small Spaces.

    Attributes:
        answers: What the smoke request finds wrong; None sends it for real.
        minutes: Longest wait for a build.
    """

    def __init__(self, root: Path, hub: Hub, deploy: ModuleType, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self.root = root
        self.hub = hub
        self.answers: list[str] | None = []
        self.minutes = 10.0
        self.bundled = 0
        self._deploy = deploy
        self._smoke = importlib.import_module("smoke")
        patch.setattr(deploy, "ROOT", root)
        patch.setattr(self._smoke, "ROOT", root)

    def space(self, slug: str, files: dict[str, bytes] | None = None, **toml: Any) -> Path:
        """Write a Space, anew where there is one."""
        folder = self.root / "spaces" / slug
        shutil.rmtree(folder, ignore_errors=True)
        content = {"app.py": b"print('one')\n", "README.md": b"---\nsdk: gradio\n---\n"}
        for path, data in (content | (files or {})).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        values = {"hardware": "cpu-basic", "secrets": [], "variables": "", "expect": "Hello"}
        (folder / "space.toml").write_text(_TOML.format(**values | toml))
        return folder

    def gallery(self) -> None:
        """Write what makes one Space of all of them."""
        folder = self.root / "deploy" / "gallery"
        (folder / "portfolio_core" / "ui").mkdir(parents=True)
        for path, content in ON_GPU.items():
            (folder / path).write_bytes(content)
        (folder / "app.py").write_text("print('all')\n")
        (folder / "README.md").write_text("---\nsdk: gradio\n---\n")
        (folder / "space.toml").write_text(_GALLERY)

    def run(self, *arguments: str, look: float = 0.001) -> tuple[int, str]:
        """Run deploy.py; return its exit code and all that it printed."""
        pace = ("--look", str(look), "--timeout", str(self.minutes))
        return self._main(self._deploy, "deploy.py", *arguments, *pace)

    def smoke(self, *arguments: str) -> tuple[int, str]:
        """Run smoke.py."""
        return self._main(self._smoke, "smoke.py", *arguments, "--pause", "0.001")

    def _main(self, script: ModuleType, *words: str) -> tuple[int, str]:
        sys.argv = list(words)
        output = io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
            try:
                code = script.main()
            except SystemExit as end:
                code = int(end.code or 0)
        return int(code), output.getvalue()

    def apply(self, *arguments: str) -> tuple[int, str]:
        """Run deploy.py --apply."""
        return self.run("--apply", *arguments)

    def type(self, text: str) -> None:
        """Let a person at the terminal have typed ``text``."""
        self._patch.setattr(sys, "stdin", io.StringIO(text))

    def assemble(self, slug: str, root: Path, build: Path) -> Any:
        """Stand for the assembly of bundles: the folder as it is, and a manifest."""
        from bundling.assembly import Bundle

        self.bundled += 1
        target = build / slug
        shutil.rmtree(target, ignore_errors=True)
        folder = root / ("deploy" if slug == "gallery" else "spaces") / slug
        shutil.copytree(folder, target, ignore=lambda *_: ["space.toml"])
        content = [file.read_bytes() for file in sorted(target.rglob("*")) if file.is_file()]
        told = hashlib.sha256(b"\0".join(content)).hexdigest()
        commit = f"{self.bundled:040x}"  # each run has another one, as sources have
        (target / "BUNDLE.json").write_text(json.dumps({"commit": commit, "content_hash": told}))
        files = {path.relative_to(target).as_posix(): path for path in target.rglob("*.py")}
        values = {"content_hash": told, "commit": commit, "files": files, "left_out": ()}
        known = {one.name: values.get(one.name, ()) for one in dataclasses.fields(Bundle)}
        return Bundle(**known | {"slug": slug, "folder": target})


@pytest.fixture
def yard(tmp_path: Path, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Yard:
    """A yard without a Space."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    deploy = importlib.import_module("deploy")
    assembly = importlib.import_module("bundling.assembly")
    smoke = importlib.import_module("bundling.smoke")
    made = Yard(tmp_path / "root", hub, deploy, monkeypatch)
    ask = smoke.ask

    def asked(*values: Any, **named: Any) -> Any:
        return ask(*values, **named) if made.answers is None else made.answers

    monkeypatch.setattr(sys, "argv", [])
    monkeypatch.setattr(assembly, "assemble", made.assemble)
    monkeypatch.setattr(smoke, "ask", asked)
    # The Hub's client waits for seconds before it tries again.
    monkeypatch.setattr(_http, "time", SimpleNamespace(sleep=lambda _seconds: None))
    return made

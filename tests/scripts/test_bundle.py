"""Bundles: whole, the same each time, fit for the Hub, and without what is private."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from packaging.requirements import Requirement
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from bundling import (  # noqa: E402
    assembly,
    closure,
    front_matter,
    gallery,
    secrets,
    smoke,
    space_toml,
    trial,
)
from environment import Problem  # noqa: E402

SLUGS = [*assembly.slugs(ROOT), gallery.SLUG]
IN_THE_GATE = ("kokoro-tts", "ronald-classifier")  # --full tries the others, too


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    build = tmp_path_factory.mktemp("build")
    return {slug: assembly.assemble(slug, ROOT, build) for slug in SLUGS}


@pytest.fixture
def copy(tmp_path):
    """A copy of what a bundle is made of, elsewhere."""
    root = tmp_path / "elsewhere"
    for name in ("spaces/kokoro-tts", "shared/portfolio_core"):
        shutil.copytree(ROOT / name, root / name)
    shutil.copy(ROOT / "constraints.txt", root)
    return root


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("slug", SLUGS)
class TestEach:
    def test_is_the_same_each_time(self, slug, bundles, tmp_path):
        again = assembly.assemble(slug, ROOT, tmp_path)

        assert contents(again.folder) == contents(bundles[slug].folder)

    def test_has_every_module_that_it_imports(self, slug, bundles):
        folder = bundles[slug].folder
        asked = {
            name
            for file in folder.rglob("*.py")
            for node in ast.walk(ast.parse(file.read_bytes()))
            for name in _imported(node)
        }

        missing = [
            name
            for name in sorted(asked)
            if not (folder / name).is_dir() and not (folder / f"{name}.py").is_file()
        ]
        assert missing == []

    def test_has_the_engines_of_its_tasks_and_no_others(self, slug, bundles):
        found = {path.split("/")[2] for path in bundles[slug].files if "/engines/" in path}

        assert "tests" not in str(bundles[slug].files)
        assert not any(path.startswith("spaces/") for path in bundles[slug].files)
        assert ("pages/spaces/ocr/app.py" in bundles[slug].files) == (slug == gallery.SLUG)
        assert ("portfolio_server/app.py" in bundles[slug].files) == (slug == gallery.SLUG)
        if slug == "kokoro-tts":
            assert found == {"__init__.py", "text_to_speech"}

    def test_has_no_private_file_and_a_manifest_that_is_true(self, slug, bundles):
        bundle = bundles[slug]
        manifest = json.loads((bundle.folder / "BUNDLE.json").read_bytes())

        assert "space.toml" not in bundle.files
        assert bundle.left_out == ()
        assert manifest["content_hash"] == bundle.content_hash
        assert set(contents(bundle.folder)) == {*manifest["files"], "BUNDLE.json"}
        assert secrets.hits(bundle.folder, os.environ) == []

    def test_starts_as_on_the_hub_and_answers(self, slug, bundles, request):
        if slug not in IN_THE_GATE and not request.config.getoption("--full"):
            pytest.skip("Tried with --full.")
        wanted = assembly.described(ROOT, slug)

        done = trial.attempt(bundles[slug], wanted, Path(sys.executable))

        assert done.wrong == ()

    def test_takes_the_torch_of_the_hub_and_the_one_that_is_tested(self, slug, bundles):
        lines = (bundles[slug].folder / "requirements.txt").read_text().splitlines()
        torch = [Requirement(line) for line in lines if line.startswith("torch")]
        first = (bundles[slug].folder / "pre-requirements.txt").read_text()

        versions = (front_matter.RELEASE["torch"], assembly.pinned(ROOT, "torch"))
        assert all(each.specifier.contains(version) for each in torch for version in versions)
        assert (f"torch=={versions[0]}\n" in first) == bool(torch)


class TestGallery:
    """All Spaces as one."""

    def test_a_space_in_it_answers_under_its_path_and_one_that_does_not_is_told(self, bundles):
        wanted = assembly.described(ROOT, gallery.SLUG)
        (voice,) = (one for one in wanted.smokes if one.place == "spaces/kokoro-tts")
        strict = replace(voice, checks=(space_toml.Expectation(0, seconds=(60, 90)),))

        done = trial.attempt(
            bundles[gallery.SLUG], replace(wanted, smokes=(voice, strict)), Path(sys.executable)
        )

        (sentence,) = done.wrong
        assert re.fullmatch(r"The sound has \d\.\d s, not 60 to 90\.", sentence)

    def test_each_space_is_asked_and_none_is_left_without_its_engines(self, bundles):
        wanted = assembly.described(ROOT, gallery.SLUG)

        assert [one.place for one in wanted.smokes] == [f"spaces/{slug}" for slug in SLUGS[:-1]]
        for slug in SLUGS[:-1]:
            one = assembly.described(ROOT, slug)
            assert set(one.tasks) <= set(wanted.tasks)
            assert set(one.starters) <= set(wanted.starters)
        assert wanted.variables["PORTFOLIO_DEVICE"] == "cpu"

    def test_it_installs_what_its_spaces_and_its_server_install_each_once(self, bundles):
        lines = (bundles[gallery.SLUG].folder / "requirements.txt").read_text().splitlines()
        merged = {Requirement(line).name: Requirement(line) for line in lines}

        assert len(merged) == len(lines)
        for file in [
            *ROOT.glob("spaces/*/requirements.txt"),
            ROOT / "shared/portfolio_server/requirements.txt",
        ]:
            for line in file.read_text().splitlines():
                if line and not line.startswith("#"):
                    one = Requirement(line)
                    assert one.extras <= merged[one.name].extras
                    assert set(one.specifier) <= set(merged[one.name].specifier)

    def test_it_has_no_engine_that_wants_a_gpu(self, bundles):
        files = bundles[gallery.SLUG].files

        assert "portfolio_core/engines/text_to_image/pipeline.py" in files
        assert "portfolio_core/engines/reranking/cross_encoder.py" not in files
        assert "portfolio_core/ui/gpu.py" in files  # without it ZeroGPU would end the Space


def _imported(node):
    """Yield the paths of the core's modules that a statement imports."""
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("portfolio_core"):
        yield node.module.replace(".", "/")
    elif isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name.startswith("portfolio_core"):
                yield alias.name.replace(".", "/")


class TestMaking:
    def test_the_folder_it_is_made_in_leaves_no_trace(self, copy, bundles, tmp_path):
        for path in copy.rglob("*"):
            os.utime(path, (0, 0))

        elsewhere = assembly.assemble("kokoro-tts", copy, tmp_path / "build")

        assert elsewhere.content_hash == bundles["kokoro-tts"].content_hash
        assert elsewhere.commit == "unknown"

    def test_another_byte_is_another_bundle(self, copy, bundles, tmp_path):
        with (copy / "spaces/kokoro-tts/words.toml").open("a") as file:
            file.write("# more\n")

        made = assembly.assemble("kokoro-tts", copy, tmp_path / "build")

        assert made.content_hash != bundles["kokoro-tts"].content_hash

    def test_what_is_of_no_known_kind_is_left_out_and_told(self, copy, tmp_path):
        folder = copy / "spaces" / "kokoro-tts"
        for name in (".env", "notes.ipynb", "run.log", "helper.py", "examples/.cache.json"):
            (folder / name).write_text("x")
        (folder / "outside.md").symlink_to("/etc/hostname")

        made = assembly.assemble("kokoro-tts", copy, tmp_path / "build")

        assert set(made.left_out) == {
            ".env", "notes.ipynb", "run.log", "helper.py", "examples/.cache.json", "outside.md",
        }  # fmt: skip
        assert not set(made.left_out) & set(contents(made.folder))

    def test_what_was_there_before_is_gone(self, copy, tmp_path):
        (tmp_path / "build" / "kokoro-tts").mkdir(parents=True)
        (tmp_path / "build" / "kokoro-tts" / "old.txt").write_text("old")

        made = assembly.assemble("kokoro-tts", copy, tmp_path / "build")

        assert not (made.folder / "old.txt").exists()

    def test_a_module_named_in_a_text_comes_along(self, tmp_path):
        package = tmp_path / "portfolio_core"
        (package / "media").mkdir(parents=True)
        for name in ("__init__.py", "media/__init__.py", "media/_pdf.py", "unused.py"):
            (package / name).touch()
        (tmp_path / "app.py").write_text('WORK = "portfolio_core.media._pdf:read"\n')

        found = closure.modules(tmp_path, [tmp_path / "app.py"], [])

        assert {path.name for path in found} == {"__init__.py", "_pdf.py"}

    def test_a_space_that_is_not_there_is_named_with_those_that_are(self, tmp_path):
        with pytest.raises(Problem, match="kokoro-tts"):
            assembly.assemble("nothing", ROOT, tmp_path)

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ('tasks = ["text-to-speech"]', 'tasks = ["dancing"]', "no model for dancing"),
            ('hardware = "cpu-basic"', 'hardware = "h100"', "hardware 'h100'"),
            ("[smoke]", "[smoke", "cannot be read"),
            ('endpoint = "/speak"', "", "'endpoint'"),
        ],
    )
    def test_a_mistake_in_the_description_is_told(self, copy, tmp_path, old, new, said):
        file = copy / "spaces/kokoro-tts/space.toml"
        file.write_text(file.read_text().replace(old, new, 1))

        with pytest.raises(Problem, match=re.escape(said)):
            assembly.assemble("kokoro-tts", copy, tmp_path / "build")

    def test_a_request_with_a_file_that_is_not_there_is_told(self, copy, tmp_path):
        file = copy / "spaces/kokoro-tts/space.toml"
        file.write_text(file.read_text().replace('voice = "auto"', 'voice = "examples/a.wav"'))

        with pytest.raises(Problem, match=re.escape("examples/a.wav")):
            assembly.assemble("kokoro-tts", copy, tmp_path / "build")


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        ("emoji: 🗣️", "emoji: tongue", "should be one emoji"),
        ("emoji: 🗣️", "emoji: 🗣️🗣️", "should be one emoji"),
        ("colorTo: blue", "colorTo: mauve", "'mauve' and should be 'red'"),
        ("sdk_version: 6.31.0", "sdk_version: 5.0.0", "sdk_version is '5.0.0'"),
        ('python_version: "3.12.12"', "python_version: 3.12", "python_version is 3.12 "),
        ("app_file: app.py", "app_file: main.py", "no file 'main.py'"),
        ("license: apache-2.0\n", "", "lacks license"),
        ("sdk: gradio", "sdk: gradio\nfullwidth: true", "knows no fullwidth"),
        ("  - hexgrad/Kokoro-82M\n", "  - hexgrad/Other\n", "as in the catalog"),
        ("  - mcp-server\n", "", "mcp-server is missing"),
        ("  - mcp-server\n", "  - mcp-server\n  - Two Words\n", "'Two Words'"),
        ("title: Text", f"title: {'x' * 60}", "more than 50 characters"),
        ("---\n", "---\n: [\n", "no YAML"),
    ],
)
def test_a_mistake_in_the_front_matter_is_told(copy, tmp_path, line, instead, said):
    file = copy / "spaces/kokoro-tts/README.md"
    text = file.read_text("utf-8")
    assert line in text
    file.write_text(text.replace(line, instead, 1), "utf-8")

    with pytest.raises(Problem, match=re.escape(said)):
        assembly.assemble("kokoro-tts", copy, tmp_path / "build")


SECRETS = {
    "hf_" + "a1B2" * 9: "a Hugging Face token",
    "ghp_" + "a1B2" * 9: "a GitHub token",
    "sk-" + "a1B2" * 9: "an API key",
    "AKIA" + "A1B2" * 4: "an AWS key",
    "xoxb-" + "1234567890-" * 3: "a Slack token",
    "-----BEGIN OPENSSH " + "PRIVATE KEY-----": "a private key",
    "https://me:" + "pass-word-1@host": "a password in an address",
}


class TestSecrets:
    @pytest.mark.parametrize(("secret", "kind"), SECRETS.items(), ids=SECRETS.values())
    def test_is_found_with_its_line_and_never_repeated(self, tmp_path, secret, kind):
        (tmp_path / ".env").write_text(f"A=1\nB={secret}\n")

        found = secrets.hits(tmp_path, {})

        assert found == [secrets.Hit(".env", 2, kind)]
        assert secret not in repr(found)

    def test_a_secret_of_the_environment_is_found_in_any_file(self, tmp_path):
        (tmp_path / "picture.png").write_bytes(b"\x89PNG\n\0my own words\0")

        found = secrets.hits(tmp_path, {"MY_API_TOKEN": "my own words", "LANG": "PNG_PNG_PNG"})

        assert found == [secrets.Hit("picture.png", 2, "the value of MY_API_TOKEN")]

    def test_a_planted_one_stops_the_command(self, copy):
        shutil.copytree(ROOT / "scripts", copy / "scripts")
        token = next(iter(SECRETS))
        for name in ("words.toml", "examples/trace.txt"):
            with (copy / "spaces/kokoro-tts" / name).open("a") as file:
                file.write(f"\n# {token}\n")

        code = "from bundling import making; making.made('kokoro-tts', making.Path('..'))"
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=copy / "scripts",
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode != 0
        assert "examples/trace.txt:2: a Hugging Face token" in done.stderr
        assert token not in done.stdout + done.stderr


class TestAnswers:
    """What a smoke request must bring back."""

    @pytest.fixture
    def files(self, tmp_path):
        loud = np.tile(np.array([0, 9000, 0, -9000], np.int16), 4000)
        soundfile.write(tmp_path / "loud.wav", loud, 8000)
        soundfile.write(tmp_path / "silent.wav", loud * 0, 8000)
        Image.effect_noise((64, 48), 50).save(tmp_path / "noise.png")
        Image.new("RGB", (64, 48), "black").save(tmp_path / "black.png")
        (tmp_path / "told.srt").write_text("Good morning")
        return tmp_path

    @pytest.mark.parametrize(
        ("check", "output", "wrong"),
        [
            ({"seconds": (1, 3)}, "loud.wav", []),
            ({"seconds": (3, 4)}, "loud.wav", ["The sound has 2.0 s, not 3 to 4."]),
            ({"seconds": (1, 3)}, "silent.wav", ["The sound is silent."]),
            ({"seconds": (1, 3)}, "none.wav", ["Output 0 is no file of sound."]),
            ({"pixels": (64, 48)}, "noise.png", []),
            ({"pixels": (65, 48)}, "noise.png", ["The picture has 64 × 48, not 65 × 48."]),
            ({"pixels": (64, 48)}, "black.png", ["The picture has one colour only."]),
            ({"contains": ("morning",)}, "told.srt", []),
            ({"contains": ("evening",)}, "told.srt", ["Output 0 lacks 'evening'."]),
            ({"words": 4}, "told.srt", ["Output 0 has fewer than 4 words."]),
        ],
    )
    def test_is_looked_at(self, files, check, output, wrong):
        given = ({"value": [str(files / output)]},)

        assert list(smoke._mistakes(space_toml.Expectation(0, **check), given)) == wrong

    def test_values_are_looked_at_by_name(self):
        check = space_toml.Expectation(0, equals={"changed": 0})

        assert list(smoke._mistakes(check, ({"changed": 0, "other": 1},))) == []
        for output, found in (({"changed": 3}, "3"), ({}, "None"), ("changed", "None")):
            (wrong,) = smoke._mistakes(check, (output,))
            assert wrong == f"Output 0 has {found} as changed, not 0."

    def test_too_few_outputs_are_told(self):
        told = list(smoke._mistakes(space_toml.Expectation(2), ("a", "b")))

        assert told == ["There is no output 2, only 2."]


def test_the_release_is_what_zerogpu_offers(monkeypatch, tmp_path):
    monkeypatch.setitem(front_matter.RELEASE, "torch", "1.0")

    with pytest.raises(Problem, match=r"offers torch .*2\.11\.0"):
        assembly.assemble("kokoro-tts", ROOT, tmp_path)


def test_a_bundle_that_does_not_start_is_told_with_its_log(copy, tmp_path):
    app = copy / "spaces/kokoro-tts/app.py"
    app.write_text("raise SystemExit('No luck today.')\n")
    made = assembly.assemble("kokoro-tts", copy, tmp_path / "build")
    wanted = space_toml.read(copy / "spaces/kokoro-tts")

    with pytest.raises(Problem, match="does not start:\nNo luck today"):
        trial.attempt(made, wanted, Path(sys.executable))

"""The Space image-voice-captioning as a started process, under every kind of client."""

import base64
import json
import re
from functools import partial
from pathlib import Path

import httpx
import pysubs2
import pytest
import soundfile
from gradio_client import handle_file
from gradio_client.exceptions import AppError
from PIL import Image, ImageDraw, ImageFont
from tests.spaces import callers
from tests.spaces.callers import javascript, mcp, shell, upload
from tests.spaces.films import CUT, ENDS, STARTS, film, photo, silent_film, understood, voice

from portfolio_core.ui.api_panel import File, calls

SECONDS = 280  # of one call, on a busy machine
TOOLS = {"caption", "transcribe", "timeline", "describe_aloud", "export", "formats"}
call = partial(callers.call, seconds=SECONDS)


@pytest.fixture(scope="module", params=["alone", "gallery"])
def space(start_space, request):
    """The Space, started by itself and as a part of the gallery."""
    return start_space("image-voice-captioning", request.param)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with a film, one without sound, a voice and a picture."""
    folder = tmp_path_factory.mktemp("films")
    (folder / "film.mp4").write_bytes(film())
    (folder / "silent.mp4").write_bytes(silent_film())
    (folder / "voice.wav").write_bytes(voice()[0])
    (folder / "photo.png").write_bytes(photo())
    return folder


@pytest.fixture(scope="module")
def watched(client, files):
    """What /timeline gives of the film."""
    return client.predict(file=handle_file(files / "film.mp4"), api_name="/timeline")


def kinds(timeline):
    return [entry["kind"] for entry in timeline["entries"]]


class TestPythonClient:
    """gradio_client, as the README shows it."""

    def test_the_timeline_has_scenes_speech_and_what_is_none(self, watched):
        timeline, _, recipe = watched

        assert timeline["kind"] == "clip"
        assert timeline["seconds"] == pytest.approx(ENDS, abs=0.1)
        scenes = [e for e in timeline["entries"] if e["kind"] == "scene"]
        (speech,) = (e for e in timeline["entries"] if e["kind"] == "speech")
        assert [e["start_seconds"] for e in scenes] == [0, pytest.approx(CUT, abs=0.2)]
        assert scenes[-1]["end_seconds"] == timeline["seconds"]
        assert all(e["text"] for e in scenes)
        assert understood(speech["text"])
        assert speech["start_seconds"] == pytest.approx(STARTS, abs=0.4)
        assert all(0 <= word["confidence"] <= 1 for word in speech["words"])
        assert "silence" in kinds(timeline)
        assert "pocketsphinx-en" in " ".join(recipe["also"])
        assert recipe["parameters"]["file"]["name"] == "film.mp4"

    def test_its_files_are_read_by_a_library_and_keep_to_the_sound(self, watched):
        timeline, files, _ = watched
        found = {"".join(Path(file).suffixes): Path(file) for file in files}

        assert set(found) == {".srt", ".vtt", ".descriptions.vtt", ".txt", ".json"}
        for suffix in (".srt", ".vtt"):
            shown = pysubs2.load(str(found[suffix]))
            assert understood(" ".join(event.plaintext for event in shown))
            assert shown[0].start / 1000 == pytest.approx(STARTS, abs=0.4)
            assert all(1000 <= event.duration <= 7000 for event in shown)
        assert len(pysubs2.load(str(found[".descriptions.vtt"]))) == 2
        written = json.loads(found[".json"].read_text("utf-8"))
        assert written["entries"] == timeline["entries"]

    def test_a_picture_is_captioned_in_both_languages_and_at_length(self, client, files):
        image = handle_file(files / "photo.png")
        english, about, recipe = client.predict(image=image, api_name="/caption")
        korean, _, _ = client.predict(image=image, language="ko", api_name="/caption")
        short, _, _ = client.predict(image=image, detail="short", api_name="/caption")

        assert english == about["entries"][0]["text"]
        assert {"code", "value", "value_ko"} == set(about["facts"][0])
        assert re.search("[가-힣]", korean)
        assert len(short) < len(english)
        assert recipe["task"] == "captioning"

    def test_a_caption_has_text_but_no_single_letter(self, client, tmp_path):
        told = []
        for text in ("EXIT 24", "8"):
            picture = Image.new("RGB", (640, 400), "white")
            font = ImageFont.load_default(120)
            ImageDraw.Draw(picture).text((100, 120), text, "black", font)
            picture.save(tmp_path / "sign.png")
            told.append(client.predict(handle_file(tmp_path / "sign.png"), api_name="/caption")[0])

        assert told[0].endswith("Text in it: “EXIT 24”")
        assert "Text in it" not in told[1]

    def test_a_voice_is_written_down(self, client, files):
        text, timeline, file, recipe = client.predict(
            sound=handle_file(files / "voice.wav"), file_format="vtt", api_name="/transcribe"
        )

        assert understood(text)
        assert timeline["kind"] == "sound"
        assert Path(file).read_text("utf-8").startswith("WEBVTT")
        assert recipe["task"] == "speech-to-text"
        assert recipe["model"] == "pocketsphinx-en"

    def test_a_film_is_described_aloud_under_its_sound(self, client, files, watched):
        sound, told, recipe = client.predict(
            file=handle_file(files / "film.mp4"), file_format="wav", api_name="/describe_aloud"
        )

        (speech,) = (e for e in watched[0]["entries"] if e["kind"] == "speech")
        assert soundfile.info(sound).duration == pytest.approx(ENDS, abs=0.1)
        assert "spoken" in [t["outcome"] for t in told] or "shortened" in [
            t["outcome"] for t in told
        ]
        for one in told:
            apart = one["end_seconds"] <= speech["start_seconds"] + 0.3
            assert apart or one["start_seconds"] >= speech["words"][-1]["end_seconds"]
        assert recipe["model"] == "espeak-ng"

    def test_what_was_edited_is_told_and_exported(self, client, files):
        entry = {"kind": "scene", "start_seconds": 0, "end_seconds": 0, "text": "A blue dog."}
        edited = {"seconds": 0, "language": "en", "entries": [entry]}

        sound, told, _ = client.predict(
            file=handle_file(files / "photo.png"), edited=edited, api_name="/describe_aloud"
        )
        text = client.predict(edited=edited, file_format="txt", api_name="/export")

        assert told[0]["text"] == "A blue dog."
        assert Path(sound).suffix == ".mp3"
        assert 0.5 < soundfile.info(sound).duration < 3
        assert Path(text).read_text("utf-8") == "Picture: A blue dog.\n"

    def test_the_recipe_s_arguments_make_it_again(self, client, files):
        image = handle_file(files / "photo.png")
        text, _, recipe = client.predict(image=image, detail="short", api_name="/caption")

        again = client.predict(**{**recipe["parameters"], "image": image}, api_name="/caption")

        assert again[0] == text

    def test_only_these_endpoints_are_public(self, client):
        named = client.view_api(return_format="dict")["named_endpoints"]

        assert set(named) == {f"/{name}" for name in TOOLS}

    def test_the_formats_are_listed(self, client):
        formats = client.predict(api_name="/formats")

        assert [one["key"] for one in formats] == ["srt", "vtt", "descriptions", "txt", "json"]

    def test_the_client_raises_typed_errors(self, client, files):
        with pytest.raises(AppError, match=r"\[unknown_choice\]"):
            client.predict(
                image=handle_file(files / "photo.png"), detail="all", api_name="/caption"
            )


class TestCurl:
    """The lines that the panel shows, in a real shell."""

    def test_the_shown_lines_watch(self, space, files, tmp_path):
        name = "it's $HOME 영상.mp4"
        (tmp_path / name).write_bytes((files / "silent.mp4").read_bytes())
        lines = calls(f"{space.url}/", "timeline", {"file": File(name), "detail": "short"})[2]

        printed = shell(lines, tmp_path, seconds=SECONDS)

        timeline, _, _ = json.loads(printed.strip().split("data: ")[-1])
        assert kinds(timeline) == ["scene", "scene"]
        assert timeline["notes"][-1] == "no_sound"


class TestJavaScript:
    """@gradio/client, with the code that the panel shows."""

    def test_the_shown_code_listens(self, space, node_modules, files, tmp_path):
        code = calls(f"{space.url}/", "transcribe", {"sound": File("voice.wav")})[1]
        (tmp_path / "voice.wav").write_bytes((files / "voice.wav").read_bytes())

        text, timeline, file, _ = javascript(code, tmp_path, node_modules, seconds=SECONDS)

        assert understood(text)
        assert "speech" in kinds(timeline)
        assert understood(httpx.get(file["url"]).text)


class TestMcp:
    """A model that uses the Space as a tool."""

    def test_the_tools_describe_themselves(self, space):
        tools = mcp(space, lambda session: session.list_tools()).tools

        assert {tool.name for tool in tools} == TOOLS
        for tool in tools:
            parameters = tool.inputSchema.get("properties", {}).values()
            for parameter in parameters:  # to the end of its last sentence
                assert parameter["description"].endswith("."), (tool.name, parameter)

    def test_a_picture_is_captioned_as_over_every_other_way(self, space, files, client):
        content = base64.b64encode((files / "photo.png").read_bytes()).decode()
        image = f"data:image/png;base64,{content}"

        answer = mcp(space, lambda session: session.call_tool("caption", {"image": image}))

        assert not answer.isError, answer
        expected = client.predict(image=handle_file(files / "photo.png"), api_name="/caption")[0]
        assert expected in answer.content[0].text
        plain = call(space, "caption", image=upload(space, photo()))
        assert plain.data[0] == expected

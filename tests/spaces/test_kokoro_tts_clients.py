"""The Space kokoro-tts as a started process, under every kind of client."""

import json
import time
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile
from gradio_client.exceptions import AppError
from tests.spaces.callers import javascript, mcp, refused, shell
from tests.spaces.sounds import heard

from portfolio_core.ui.api_panel import calls

TEXT = "Hello there. It didn’t rain on Monday, e.g. in 서울."
DEFAULTS = {"file_format": "wav", "speakers": "", "as_written": False}


@pytest.fixture(scope="module", params=["alone", "gallery"])
def space(start_space, request):
    """The Space, started by itself and as a part of the gallery."""
    return start_space("kokoro-tts", request.param)


class TestPythonClient:
    """gradio_client, as the panel shows it."""

    def test_speak_returns_file_and_recipe(self, client):
        wanted = {"text": TEXT, "voice": "en-gb", "speed": 1.25}

        file, captions, recipe = client.predict(**wanted, api_name="/speak")

        assert 2 < heard(Path(file).read_bytes()) < 8
        assert recipe["model"] == "espeak-ng"
        assert recipe["parameters"] == {**DEFAULTS, **wanted}
        assert [Path(caption).suffix for caption in captions] == [".srt", ".vtt"]
        assert "It didn’t rain on Monday, e.g. in 서울." in Path(captions[0]).read_text("utf-8")
        again = client.predict(**recipe["parameters"], api_name="/speak")
        assert again[2]["parameters"] == recipe["parameters"]

    @pytest.mark.parametrize("file_format", ["wav", "flac", "mp3", "ogg"])
    def test_every_format_is_whole(self, client, file_format):
        file, _, _ = client.predict(text="Cat.", file_format=file_format, api_name="/speak")

        samples, rate = soundfile.read(file)
        assert Path(file).name == f"cat-en-us.{file_format}"
        assert 0.5 < len(samples) / rate < 1.5
        assert np.abs(samples).max() > 0.1

    def test_a_dialogue_with_pauses_is_read_by_its_voices(self, client):
        text = "[pause 1s]ANNA: Hello!\n\n민수: 안녕하세요.\n\n\nANNA: Bye."

        file, captions, _ = client.predict(
            text=text, speakers="ANNA: en-us-female\n민수: ko-deep", api_name="/speak"
        )

        said = Path(captions[0]).read_text("utf-8")
        assert "ANNA" not in said
        assert said.index("Hello!") < said.index("안녕하세요.") < said.index("Bye.")
        assert said.startswith("1\n00:00:01,0")
        assert heard(Path(file).read_bytes()) > 4

    def test_normalize_shows_the_words_that_will_be_said(self, client):
        said = client.predict(text="It cost $3.50. 3시 30분입니다.", api_name="/normalize")

        assert [part["spoken"] for part in said] == [
            "It cost three dollars and fifty cents.",
            "세 시 삼십 분입니다.",
        ]
        assert [part["voice"] for part in said] == ["en-us", "ko"]

    def test_the_stream_brings_each_sentence_as_a_file(self, client):
        job = client.submit(text="One. Two. Three.", api_name="/speak_stream")
        job.result()
        parts = [part for part in job.outputs() if isinstance(part[1], dict) and "text" in part[1]]

        assert [about["text"] for _, about in parts] == ["One.", "Two.", "Three."]
        assert all(heard(Path(file).read_bytes()) > 0.4 for file, _ in parts)

    def test_voices_lists_what_speak_takes(self, client):
        voices = client.predict(api_name="/voices")

        assert {"key", "label", "label_ko", "language"} == set(voices[0])
        for voice in voices:
            client.predict(text="hi", voice=voice["key"], api_name="/speak")

    def test_only_these_endpoints_are_public(self, client):
        assert set(client.view_api(return_format="dict")["named_endpoints"]) == {
            "/speak",
            "/speak_stream",
            "/normalize",
            "/voices",
        }

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            ({"text": ""}, "empty_text"),
            ({"text": "…"}, "nothing_to_say"),
            ({"text": "a" * 10_001}, "text_too_long"),
            ({"text": "a", "voice": "nobody"}, "unknown_choice"),
            ({"text": "a", "voice": "../../x"}, "unknown_choice"),
            ({"text": "a", "speed": 9}, "number_out_of_range"),
            ({"text": "a", "speed": float("nan")}, "number_out_of_range"),
            ({"text": ["a"]}, "invalid_input"),
            ({"text": "a", "file_format": "../x"}, "unknown_choice"),
            ({"text": "a", "speakers": "nonsense"}, "unknown_choice"),
            ({"text": "a", "speakers": "ANNA: nobody"}, "unknown_choice"),
            ({"text": "a", "voice": "en-us+ko"}, "unknown_choice"),
            ({"text": "a [pause 99s]"}, "number_out_of_range"),
            ({"text": "[pause 1s]"}, "nothing_to_say"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_bad_input_is_a_typed_error_and_nothing_is_written(self, space, arguments, code):
        before = written(space)
        error = refused(space, "speak", **arguments)

        assert f"[{code}]" in error
        assert "/" not in error.replace("../../x", "").replace("../x", "")
        assert written(space) == before

    def test_the_client_raises_it(self, client):
        with pytest.raises(AppError, match=r"\[text_too_long\]"):
            client.predict(text="a" * 10_001, api_name="/speak")

    def test_korean_callers_get_korean_errors(self, space):
        error = refused(space, "speak", headers={"accept-language": "ko-KR,ko;q=0.9"}, text="")

        assert error.startswith("텍스트가 비어 있습니다.")

    def test_ten_thousand_characters_are_spoken(self, client):
        text = ("The quick brown fox jumps over the lazy dog. " * 230)[:10_000]

        file, _, recipe = client.predict(text=text, api_name="/speak")

        assert heard(Path(file).read_bytes()) > 400
        assert recipe["parameters"]["text"] == text.strip()

    def test_progress_is_told_by_sentence(self, client):
        job = client.submit(text="One sentence. " * 600, api_name="/speak")
        told = set()
        while not job.done():
            progress = job.status().progress_data
            if progress:
                told.add(progress[0].desc)
            time.sleep(0.01)
        job.result()

        assert any(note and note.startswith("Sentence ") for note in told), told


def written(space):
    """Return the files that the Space has written so far."""
    folder = space.log_file.parent / "gradio"
    return sorted(folder.rglob("*.wav"))


class TestCurl:
    """The lines that the panel shows, in a real shell."""

    def test_the_shown_lines_speak(self, space):
        arguments = {"text": "It's “fine”, 안녕 $HOME `ls`", "voice": "auto", "speed": 1.0}
        lines = calls(f"{space.url}/", "speak", arguments)[2]

        printed = shell(lines)

        file, _, recipe = json.loads(printed.strip().split("data: ")[-1])
        assert recipe["parameters"]["text"] == arguments["text"]
        assert 1 < heard(httpx.get(file["url"]).content) < 8


class TestJavaScript:
    """@gradio/client, with the code that the panel shows."""

    def test_the_shown_code_speaks(self, space, node_modules, tmp_path):
        arguments = {"text": 'Say "hi" to 민수.', "voice": "ko-female", "speed": 1.5}
        code = calls(f"{space.url}/", "speak", arguments)[1]

        file, _, recipe = javascript(code, tmp_path, node_modules)

        assert recipe["parameters"] == {**DEFAULTS, **arguments}
        assert 0.5 < heard(httpx.get(file["url"]).content) < 6


class TestMcp:
    """A model that uses the Space as a tool."""

    def test_the_tools_describe_themselves(self, space):
        tools = mcp(space, lambda session: session.list_tools()).tools

        assert {tool.name for tool in tools} == {"speak", "speak_stream", "normalize", "voices"}
        speak = next(tool for tool in tools if tool.name == "speak")
        assert all("description" in p for p in speak.inputSchema["properties"].values())
        assert speak.inputSchema["required"] == ["text"]

    def test_speak_and_voices_work(self, space):
        async def work(session):
            spoken = await session.call_tool("speak", {"text": "Hello 안녕"})
            return spoken, await session.call_tool("voices", {})

        spoken, voices = mcp(space, work)

        assert not spoken.isError
        url, captions, *_, recipe = (part.text for part in spoken.content)
        assert 0.5 < heard(httpx.get(url).content) < 5
        assert httpx.get(captions).text.strip()
        assert "espeak-ng" in json.loads(recipe)["model"]
        assert "ko-female" in voices.content[0].text

    def test_progress_is_told_to_a_client_that_asks_for_it(self, space):
        told = []

        async def note(done, total, message):
            told.append(message)

        async def work(session):
            return await session.call_tool(
                "speak", {"text": "One sentence. " * 600}, progress_callback=note
            )

        spoken = mcp(space, work)

        url, *captions, recipe = (part.text for part in spoken.content)
        assert captions[-1].endswith(".vtt")
        assert heard(httpx.get(url).content) > 20
        assert "espeak-ng" in recipe
        assert told

    def test_bad_input_is_an_error_of_the_tool(self, space):
        slow = mcp(space, lambda s: s.call_tool("speak", {"text": "a", "speed": 0.1}))
        stranger = mcp(space, lambda s: s.call_tool("speak", {"text": "a", "voice": "../x"}))

        assert slow.isError
        assert "[number_out_of_range]" in slow.content[0].text
        assert stranger.isError  # the tool's own schema refuses it, and names the voices
        assert "'ko-female'" in stranger.content[0].text

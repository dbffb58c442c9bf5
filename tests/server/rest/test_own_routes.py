"""The routes that no other API has: pages, pictures, clips, classes and documents."""

import io
import json
import zipfile
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

EXAMPLES = Path("spaces/image-voice-captioning/examples")
RONALD = Path("spaces/ronald-classifier/examples")
HANDBOOK = b"""# Opening hours

The library opens at nine in the morning.

# Fees

A lost card costs five euros.
"""
FOUND = ("relevant", "confidence", "passages")
WORDS = ("The quick brown fox", "jumps over the dog")


@pytest.fixture(scope="module")
def http(server):
    with httpx.Client(base_url=f"{server.url}/v1", timeout=300) as client:
        yield client


def saved(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def sheet_png():
    """Return a page with two lines, as a file."""
    page = Image.new("RGB", (760, 240), "white")
    pen, face = ImageDraw.Draw(page), ImageFont.load_default(48)
    for row, line in enumerate(WORDS):
        pen.text((40, 40 + 80 * row), line, "black", face)
    return saved(page)


@pytest.fixture(scope="module")
def sheet():
    return sheet_png()


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def events(text):
    """Return the objects of a stream that has come to its end."""
    *lines, done = [one.removeprefix("data: ") for one in text.strip().split("\n\n")]
    assert done == "[DONE]"
    return [json.loads(line) for line in lines]


def without_times(answer):
    timeless = {k: v for k, v in answer["recipe"].items() if k not in {"created", "seconds"}}
    return {**answer, "recipe": timeless}


class TestOcr:
    def test_a_page_is_read_with_places_and_a_recipe(self, http, sheet):
        answer = http.post("ocr", files={"files": ("page.png", sheet)}, data={"language": "en"})

        told = answer.raise_for_status().json()
        assert told["text"].splitlines() == list(WORDS)
        word = told["pages"][0]["lines"][0]["words"][0]
        assert word["text"] == "The"
        assert len(word["polygon"]) == 4
        assert told["recipe"]["parameters"]["files"][0]["name"] == "page.png"

    @pytest.mark.parametrize(
        ("kind", "start"), [("text", b"The"), ("pdf", b"%PDF"), ("docx", b"PK")]
    )
    def test_it_comes_as_a_file_too(self, http, sheet, kind, start):
        answer = http.post("ocr", files={"files": sheet}, data={"file_format": kind})

        assert answer.raise_for_status().content.startswith(start)
        if kind == "docx":
            assert zipfile.is_zipfile(io.BytesIO(answer.content))

    @pytest.mark.parametrize(
        ("content", "data", "expected"),
        [
            (b"no page", {}, (415, "wrong_file_type")),
            (None, {"language": "xx"}, (400, "unknown_choice")),
            (None, {"file_format": "xls"}, (400, "unknown_choice")),
            (None, {"model": "minilm-l6-v2"}, (404, "model_not_found")),
        ],
    )
    def test_what_is_wrong_is_refused(self, http, sheet, content, data, expected):
        assert code(http.post("ocr", files={"files": content or sheet}, data=data)) == expected

    def test_too_many_files_are_too_large(self, http, sheet):
        files = [("files", ("a.png", sheet))] * 11
        assert code(http.post("ocr", files=files)) == (413, "too_many_files")

    def test_nothing_is_a_bad_request(self, http):
        assert code(http.post("ocr", data={"language": "en"})) == (400, "invalid_input")


class TestCaptionsAndTimeline:
    def test_a_picture_is_described_from_facts(self, http):
        picture = (EXAMPLES / "picture.jpg").read_bytes()

        told = http.post("captions", files={"file": picture}, data={"language": "ko"}).json()

        assert any("가" <= letter <= "힣" for letter in told["text"])
        assert {fact["code"] for fact in told["facts"]} >= {"colours", "light"}
        assert told["recipe"]["task"] == "captioning"

    def test_a_clip_is_seen_and_heard(self, http):
        clip = {"file": ("clip.mp4", (EXAMPLES / "clip.mp4").read_bytes())}

        told = http.post("timeline", files=clip).raise_for_status().json()
        subtitles = http.post("timeline", files=clip, data={"file_format": "vtt"}).text

        assert told["kind"] == "clip"
        kinds = [entry["kind"] for entry in told["entries"]]
        assert "scene" in kinds
        assert [entry["start_seconds"] for entry in told["entries"]] == sorted(
            entry["start_seconds"] for entry in told["entries"]
        )
        assert subtitles.startswith("WEBVTT")

    @pytest.mark.parametrize(
        ("route", "name", "data", "expected"),
        [
            ("captions", "voice.flac", {}, (415, "wrong_file_type")),
            ("captions", "picture.jpg", {"detail": "all"}, (400, "unknown_choice")),
            ("timeline", "picture.jpg", {"language": "fr"}, (400, "unknown_choice")),
            ("timeline", "picture.jpg", {"file_format": "doc"}, (400, "unknown_choice")),
            ("timeline", "picture.jpg", {"translate": "perhaps"}, (400, "invalid_input")),
        ],
    )
    def test_what_is_wrong_is_refused(self, http, route, name, data, expected):
        sent = {"file": (name, (EXAMPLES / name).read_bytes())}
        assert code(http.post(route, files=sent, data=data)) == expected


class TestClassifyAndRank:
    def test_a_picture_is_classified(self, http):
        sent = {"image": ("a.jpg", min(RONALD.glob("*.jpg")).read_bytes())}

        told = http.post("classify", files=sent).raise_for_status().json()

        assert set(told["probabilities"]) == set(told["thresholds"])
        assert sum(told["probabilities"].values()) == pytest.approx(1, abs=1e-3)
        assert told["recipe"]["model"] == "ronald-starter"

    def test_pictures_are_ranked_and_what_is_none_is_a_line(self, http):
        files = [("files", (f.name, f.read_bytes())) for f in sorted(RONALD.glob("*.jpg"))[:3]]
        sent = [*files, ("files", ("bad.png", b"no picture"))]

        told = http.post("rank", files=sent, data={"urls": ["http://127.0.0.1/a.png"]}).json()

        chances = [one["probability"] for one in told["ranked"]]
        assert (len(chances), chances) == (3, sorted(chances, reverse=True))
        assert {one["name"]: one["code"] for one in told["failed"]} == {
            "bad.png": "wrong_file_type",
            "http://127.0.0.1/a.png": "url_not_allowed",
        }

    def test_what_is_wrong_is_refused(self, http):
        picture = {"image": saved(Image.fromarray(np.zeros((32, 32, 3), np.uint8)))}

        assert code(http.post("classify", files=picture, data={"model": "x"})) == (
            404,
            "model_not_found",
        )
        assert code(http.post("rank", files={"files": picture["image"]}, data={"label": "x"})) == (
            400,
            "unknown_choice",
        )
        assert code(http.post("rank", data={"label": "ronald"})) == (400, "no_file")
        many = [("files", ("a.png", picture["image"]))] * 51
        assert code(http.post("rank", files=many)) == (413, "too_many_files")


class TestRag:
    def test_documents_are_indexed_asked_searched_and_deleted(self, http):
        sent = [("files", ("handbook.md", HANDBOOK)), ("files", ("bad.pdf", b"%PDF-nothing"))]
        made = http.post("rag/index", files=sent).raise_for_status().json()
        good, bad = made["documents"]
        asked = {"index_id": made["index_id"], "question": "When does the library open?"}

        answer = http.post("rag/ask", json=asked).raise_for_status().json()
        found = http.post("rag/search", json=asked).raise_for_status().json()
        gone = http.post("rag/delete", json={"index_id": made["index_id"]}).json()

        assert (good["document"], bad["document"]) == ("handbook.md", "bad.pdf")
        assert bad["error"]
        assert "nine" in answer["text"]
        assert answer["sentences"][0]["citations"]
        assert answer["recipe"]["parameters"]["index_id"] == ""  # a secret
        assert "nine" in found["passages"][0]["text"]
        assert gone["documents"] == 1
        assert code(http.post("rag/ask", json=asked)) == (410, "index_gone")

    def test_an_answer_comes_as_events_too(self, http):
        made = http.post("rag/index", files={"files": ("handbook.md", HANDBOOK)}).json()
        question = "When does the library open?"
        asked = {"index_id": made["index_id"], "question": question, "seed": 1}

        plain = http.post("rag/ask", json=asked).json()
        answer = http.post("rag/ask", json={**asked, "stream": True})
        told = events(answer.text)

        assert answer.headers["content-type"].startswith("text/event-stream")
        assert told[0] == {"type": "rag.passages", **{k: plain[k] for k in FOUND}}
        said = [one for one in told if one["type"] == "rag.sentence"]
        assert [{**one, "type": ""} for one in said] == [
            {**one, "type": ""} for one in plain["sentences"]
        ]
        assert without_times({"type": "rag.answer", **plain}) == without_times(told[-1])

    def test_a_stream_that_cannot_begin_is_refused_as_ever(self, http):
        asked = {"index_id": "f" * 32, "question": "Why?", "stream": True}

        assert code(http.post("rag/ask", json=asked)) == (410, "index_gone")

    def test_one_document_is_added_and_deleted_by_its_name(self, http):
        first = http.post("rag/index", files={"files": ("a.md", HANDBOOK)}).json()
        key = {"index_id": first["index_id"]}

        second = http.post("rag/index", files={"files": ("b.txt", b"Cats purr.")}, data=key).json()
        gone = http.post("rag/delete", json={**key, "document": "a.md"}).json()

        assert [one["document"] for one in second["documents"]] == ["a.md", "b.txt"]
        assert gone["documents"] == 1
        assert code(http.post("rag/delete", json={**key, "document": "a.md"})) == (
            404,
            "document_unknown",
        )

    @pytest.mark.parametrize(
        ("route", "body", "expected"),
        [
            ("rag/ask", {"index_id": "sample", "question": "Why?"}, (410, "index_gone")),
            ("rag/search", {"index_id": "f" * 32, "question": "Why?"}, (410, "index_gone")),
            ("rag/search", {"index_id": "../../etc", "question": "Why?"}, (410, "index_gone")),
            ("rag/ask", {"index_id": "f" * 32, "question": " "}, (400, "empty_text")),
            ("rag/ask", {"index_id": "f" * 32, "question": "a" * 4001}, (413, "text_too_long")),
            ("rag/ask", {"index_id": "f" * 32}, (400, "invalid_input")),
            (
                "rag/search",
                {"index_id": "f" * 32, "question": "a", "count": 99},
                (400, "number_out_of_range"),
            ),
            (
                "rag/search",
                {"index_id": "f" * 32, "question": "a", "mode": "x"},
                (400, "unknown_choice"),
            ),
            ("rag/delete", {"index_id": "sample"}, (410, "index_gone")),
        ],
    )
    def test_what_is_wrong_is_refused(self, http, route, body, expected):
        assert code(http.post(route, json=body)) == expected


def test_nothing_of_a_request_is_left_behind(server):
    folder = Path(server.log_file).parent / "gradio"

    assert not list(folder.glob("request-*"))

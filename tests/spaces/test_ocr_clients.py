"""The Space ocr as a started process, under every kind of client."""

import base64
import json
import re
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pypdfium2
import pytest
from gradio_client import handle_file
from gradio_client.exceptions import AppError
from tests.media import corpus_documents, corpus_images
from tests.spaces import callers
from tests.spaces.callers import FILE_DATA, javascript, mcp, shell, upload
from tests.spaces.sheets import document, saved, sheet

from portfolio_core.ui.api_panel import File, calls

WORDS = "The ferry leaves at seven"
OTHER = "Bring a warm coat"
SECONDS = 120  # of one call, on a busy machine
call = partial(callers.call, seconds=SECONDS)
refused = partial(callers.refused, seconds=SECONDS)


@pytest.fixture(scope="module", params=["alone", "gallery"])
def space(start_space, request):
    """The Space, started by itself and as a part of the gallery."""
    return start_space("ocr", request.param)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with a picture, another one, and a PDF of both."""
    folder = tmp_path_factory.mktemp("pages")
    pages = sheet(WORDS), sheet(OTHER)
    (folder / "ferry.png").write_bytes(saved(pages[0]))
    (folder / "coat.jpg").write_bytes(saved(pages[1], "JPEG"))
    (folder / "trip.pdf").write_bytes(document(*pages))
    (folder / "blank.png").write_bytes(saved(sheet()))
    return folder


class TestPythonClient:
    """gradio_client, as the panel shows it."""

    def test_read_gives_text_lines_and_recipe(self, client, files):
        text, page, recipe = client.predict(
            image=handle_file(files / "ferry.png"), language="en", api_name="/read"
        )

        assert text == WORDS
        (line,) = page["lines"]
        assert line["text"] == WORDS
        assert 0.5 < line["confidence"] <= 1
        assert [word["text"] for word in line["words"]] == WORDS.split()
        (left, top), _, (right, bottom), _ = line["polygon"]
        assert 40 < left < 80
        assert 400 < right < 900
        assert 30 < top < 70
        assert 80 < bottom < 130
        assert recipe["model"] == "ppocr-tesseract"
        assert recipe["parameters"]["language"] == "en"
        assert recipe["parameters"]["files"][0]["name"] == "ferry.png"
        assert len(recipe["parameters"]["files"][0]["sha256"]) == 64

    def test_a_document_streams_its_pages_and_ends_with_a_file(self, client, files):
        job = client.submit(
            files=[handle_file(files / "trip.pdf"), handle_file(files / "coat.jpg")],
            file_format="pdf",
            api_name="/read_document",
        )
        pages, file, recipe = job.result(timeout=120)

        # Spaces are the engine's business: a page of a PDF is drawn anew, at another size.
        wanted = [text.replace(" ", "") for text in (WORDS, OTHER, OTHER)]
        assert [page["text"].replace(" ", "") for page in pages] == wanted
        assert [page["number"] for page in pages] == [1, 2, 3]
        assert {1, 2, 3} <= {len(update[0]) for update in job.outputs() if update[0]}
        assert Path(file).name == "trip.pdf"
        texts = [p.get_textpage().get_text_bounded() for p in pypdfium2.PdfDocument(file)]
        assert texts == [page["text"] for page in pages]
        assert recipe["parameters"]["file_format"] == "pdf"

    @pytest.mark.parametrize("kind", ["text", "markdown", "json", "hocr", "docx"])
    def test_every_other_format_is_whole(self, client, files, kind):
        _, file, _ = client.predict(
            files=[handle_file(files / "ferry.png")], file_format=kind, api_name="/read_document"
        )

        content = Path(file).read_bytes()
        if kind == "docx":
            import docx

            assert docx.Document(file).paragraphs[0].text == WORDS
        elif kind == "hocr":
            found = ET.fromstring(content).findall(".//*[@class='ocrx_word']")
            assert " ".join(word.text for word in found) == WORDS
        elif kind == "json":
            assert json.loads(content)["pages"][0]["text"] == WORDS
        else:
            assert content.decode().strip() == WORDS

    def test_formats_are_listed(self, client):
        formats = client.predict(api_name="/formats")

        keys = ["text", "markdown", "json", "hocr", "pdf", "docx"]
        assert [each["key"] for each in formats] == keys
        assert all(each["holds"].endswith(".") for each in formats)

    def test_the_api_has_three_documented_endpoints(self, client):
        described = client.view_api(return_format="dict")["named_endpoints"]

        assert set(described) == {"/read", "/read_document", "/formats"}

    def test_a_blank_page_is_a_result_that_says_so(self, client, files):
        text, page, _ = client.predict(image=handle_file(files / "blank.png"), api_name="/read")

        assert text == ""
        assert page["lines"] == []
        assert page["notes"] == ["no_text_found"]

    @pytest.mark.parametrize("orientation", [3, 6, 8])
    def test_what_the_camera_noted_is_put_right_and_said(self, client, tmp_path, orientation):
        page = sheet(WORDS)
        turn = {3: 180, 6: 90, 8: 270}[orientation]
        exif = page.getexif()
        exif[0x0112] = orientation
        (tmp_path / "turned.jpg").write_bytes(
            saved(page.rotate(turn, expand=True), "JPEG", exif=exif)
        )

        text, read, _ = client.predict(image=handle_file(tmp_path / "turned.jpg"), api_name="/read")

        assert text == WORDS
        assert read["notes"] == ["turned_by_camera"]

    def test_a_very_thin_picture_is_read_all_the_same(self, client, tmp_path):
        (tmp_path / "thin.png").write_bytes(saved(sheet(size=(8192, 1))))

        text, _, _ = client.predict(image=handle_file(tmp_path / "thin.png"), api_name="/read")

        assert text == ""

    def test_the_client_raises_errors(self, client, files):
        with pytest.raises(AppError, match=r"\[unknown_choice\]"):
            client.predict(
                files=[handle_file(files / "ferry.png")], file_format="exe",
                api_name="/read_document",
            )  # fmt: skip

    async def test_progress_is_told_by_page(self, client, files):
        job = client.submit(files=[handle_file(files / "trip.pdf")], api_name="/read_document")
        told = [update.progress_data async for update in job if update.type == "status"]
        notes = [progress[0].desc or "" for progress in told if progress]

        assert any(re.match(r"Page [12] of 2 · ", note) for note in notes), notes


_PICTURES = {
    "pixel bomb": (corpus_images.pixel_bomb, "image_too_large"),
    "only a header": (corpus_images.header_only, "image_too_large"),
    "cut in half": (lambda: saved(sheet(WORDS))[:2000], "image_unreadable"),
    "text bomb": (corpus_images.text_bomb, "image_unreadable"),
    "GIF": (lambda: saved(sheet(WORDS), "GIF"), "wrong_file_type"),
    "SVG": (lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "wrong_file_type"),
    "HTML": (lambda: b"<html><script>alert(1)</script></html>", "wrong_file_type"),
    "TIFF": (lambda: saved(sheet(WORDS), "TIFF"), "wrong_file_type"),
    "PDF": (lambda: document(sheet(WORDS)), "wrong_file_type"),
    "1 x 1": (lambda: saved(sheet(size=(1, 1))), "image_too_small"),
    "nothing": (lambda: b"", "wrong_file_type"),
}
_DOCUMENTS = {
    "swells": (corpus_documents.bomb_pdf, None),
    "many pages": (corpus_documents.many_pages, "document_too_large"),
    "too many": (lambda: document(*[sheet(size=(60, 60))] * 21), "too_many_pages"),
    "locked": (corpus_documents.locked_pdf, "encrypted"),
    "broken": (lambda: corpus_documents.pdf()[:40], "document_unreadable"),
    "no document": (lambda: b"hello", "wrong_file_type"),
    "archive": (lambda: b"PK\x03\x04" + bytes(100), "wrong_file_type"),
}


class TestBadInput:
    """Each hostile file gets its typed error, and nothing of ours is told."""

    @pytest.mark.parametrize("name", _PICTURES)
    def test_a_bad_picture(self, space, name):
        make, code = _PICTURES[name]

        assert f"[{code}]" in refused(space, "read", image=upload(space, make()))

    @pytest.mark.parametrize("name", [name for name, (_, code) in _DOCUMENTS.items() if code])
    def test_a_bad_document(self, space, name):
        make, code = _DOCUMENTS[name]
        file = upload(space, make(), "a.pdf")

        assert f"[{code}]" in refused(space, "read_document", files=[file])

    def test_a_document_that_swells_ends_in_time(self, space):
        file = upload(space, corpus_documents.bomb_pdf(), "a.pdf")
        event = call(space, "read_document", files=[file])

        assert event.kind == "complete" or re.search(r"\[document_\w+\]", event.data["error"])

    def test_a_name_is_no_path(self, space):
        file = upload(space, saved(sheet(WORDS)), "../../x\r\n<b>.png")
        event = call(space, "read_document", files=[file], file_format="text")

        path = event.data[1]["path"]
        assert ".." not in path
        assert Path(path).name == "x-b.txt"

    def test_without_a_file_it_says_so(self, space):
        for name, argument in (("read", {"image": None}), ("read_document", {"files": []})):
            event = call(space, name, **argument)

            assert "[no_file]" in event.data["error"]

    def test_an_unknown_language_is_refused(self, space):
        file = upload(space, saved(sheet(WORDS)))

        assert "[unknown_choice]" in call(space, "read", image=file, language="xx").data["error"]

    def test_korean_callers_get_korean_errors(self, space):
        event = call(space, "read", headers={"accept-language": "ko-KR"}, image=None)

        assert event.data["error"].startswith("작업할 파일이 없습니다.")

    def test_an_address_is_not_fetched(self, space):
        for path in ("http://127.0.0.1:1/x.png", "https://example.com/x.png"):
            file = {"path": path, "meta": FILE_DATA}
            for name, argument in (("read", {"image": file}), ("read_document", {"files": [file]})):
                event = call(space, name, **argument)

                assert "[not_uploaded]" in event.data["error"]

    def test_what_was_not_uploaded_is_not_read(self, space, tmp_path):
        own = tmp_path / "own.png"
        own.write_bytes(saved(sheet(WORDS)))
        for path in (str(own), "/proc/self/environ", "/dev/zero", "../../etc/hostname"):
            file = {"path": path, "meta": FILE_DATA}
            event = call(space, "read", image=file)

            assert event.kind == "error"
            assert WORDS not in str(event.data)
            assert path not in str(event.data)


class TestCurl:
    """The lines that the panel shows, in a real shell."""

    def test_the_shown_lines_read(self, space, files, tmp_path):
        name = "it's $HOME 편지.png"
        (tmp_path / name).write_bytes((files / "ferry.png").read_bytes())
        for api_name, argument in (("read", {"image": File(name)}),
                                   ("read_document", {"files": [File(name)]})):  # fmt: skip
            lines = calls(f"{space.url}/", api_name, {**argument, "language": "auto"})[2]

            printed = shell(lines, tmp_path)

            assert WORDS in printed
            assert "event: complete" in printed


class TestJavaScript:
    """@gradio/client, with the code that the panel shows."""

    def test_the_shown_code_reads(self, space, node_modules, files, tmp_path):
        arguments = {"files": [File("ferry.png"), File("coat.jpg")], "file_format": "text"}
        code = calls(f"{space.url}/", "read_document", arguments)[1]
        for name in arguments["files"]:
            (tmp_path / name).write_bytes((files / name).read_bytes())

        pages, file, _ = javascript(code, tmp_path, node_modules)

        assert [page["text"] for page in pages] == [WORDS, OTHER]
        assert httpx.get(file["url"]).text.split() == f"{WORDS} {OTHER}".split()


class TestMcp:
    """A model that uses the Space as a tool."""

    def test_the_tools_describe_themselves(self, space):
        tools = mcp(space, lambda session: session.list_tools()).tools

        assert {tool.name for tool in tools} == {"read", "read_document", "formats"}
        for tool in tools:
            parameters = tool.inputSchema.get("properties", {}).values()
            assert all("description" in parameter for parameter in parameters)

    def test_pictures_are_read(self, space, files):
        content = base64.b64encode((files / "ferry.png").read_bytes()).decode()
        image = f"data:image/png;base64,{content}"

        async def work(session):
            one = await session.call_tool("read", {"image": image})
            many = await session.call_tool("read_document", {"files": [image, image]})
            return one, many

        one, many = mcp(space, work)

        assert not one.isError, one
        assert WORDS in one.content[0].text
        assert not many.isError, many
        assert many.content[0].text.count(WORDS) >= 2
        url = re.search(r"http\S+\.pdf", " ".join(c.text for c in many.content))[0]
        assert httpx.get(url).content.startswith(b"%PDF-")

    def test_bad_input_is_an_error_of_the_tool(self, space):
        async def work(session):
            return await session.call_tool("read", {"image": "http://127.0.0.1:1/x.png"})

        answer = mcp(space, work)

        assert answer.isError

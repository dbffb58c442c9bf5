"""For every task, the engine itself, its route, its Space and its tool give the same result."""

import base64
import io
import json
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile
from gradio_client import Client, handle_file
from PIL import Image
from tests.engines.test_text_to_speech import alike
from tests.server.rest.test_own_routes import EXAMPLES, HANDBOOK, RONALD, sheet_png
from tests.spaces.callers import mcp

from portfolio_core.engines import captioning, chat, classification, embeddings, inpainting, ocr
from portfolio_core.engines import speech_to_text as stt
from portfolio_core.engines import text_to_image as drawing
from portfolio_core.engines import text_to_speech as tts
from portfolio_core.engines.inpainting import composing, editing
from portfolio_core.engines.rag import asking
from portfolio_core.engines.rag.extractive import ExtractiveWriter
from portfolio_core.engines.rag.queued import QueuedEmbedder
from portfolio_core.engines.rag.shelf import Shelf, Steps
from portfolio_core.media import audio, images
from portfolio_core.provision import Provision
from portfolio_core.settings import Limits, Preset, Settings
from portfolio_core.workload import Workload

LIMITS = Limits()
SETTINGS = Settings(preset=Preset.EMBEDDED, offline=True)
HELLO = [{"role": "user", "content": "What do you like to do on a rainy day?"}]
SECONDS = 4
ALIKE = 0.98  # of loudness over time; another text is below 0.95


@dataclass(frozen=True)
class Tool:
    """A page, as callers.mcp calls it."""

    url: str


@dataclass
class Ways:
    """The ways to the server that a program has."""

    url: str
    folder: Path

    def route(self, path, **request):
        answer = httpx.post(f"{self.url}/v1/{path}", timeout=300, **request)
        return answer.raise_for_status().json()

    def space(self, slug, name, **arguments):
        where = f"{self.url}/spaces/{slug}/"
        client = Client(where, verbose=False, download_files=self.folder)
        try:
            return client.predict(**arguments, api_name=f"/{name}")
        finally:
            client.close()

    def tool(self, slug, name, **arguments):
        """Return the parts of a tool's answer: texts, values, contents of pictures."""

        async def work(session):
            return await session.call_tool(name, arguments)

        answer = mcp(Tool(f"{self.url}/spaces/{slug}"), work)
        assert not answer.isError, answer
        return [part_of(content) for content in answer.content]


def part_of(content):
    if content.type == "image":
        return base64.b64decode(content.data)
    return json.loads(content.text) if content.text[:1] in "{[" else content.text


@pytest.fixture(scope="module")
def ways(server, tmp_path_factory):
    return Ways(server.url, tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Small inputs, as files: a page, a voice, a picture with a hole and its mask."""
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "page.png").write_bytes(sheet_png())
    samples, rate = soundfile.read(EXAMPLES / "voice.flac", SECONDS * 16_000)
    soundfile.write(folder / "voice.wav", samples, rate)
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[:, ::4] = (200, 60, 40)
    mask = np.zeros((48, 64), np.uint8)
    mask[18:30, 28:40] = 255
    Image.fromarray(pixels).save(folder / "wall.png")
    Image.fromarray(mask).save(folder / "mask.png")
    (folder / "handbook.md").write_bytes(HANDBOOK)
    return folder


def engine(task):
    """Return the very engine that the server has chosen, made here."""
    provision = Provision(SETTINGS)
    return provision.spec(provision.choice(task).model).load()


def inline(file, kind="image/png"):
    return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"


def pixels(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def fetched(address):
    """Return the content of a file that a tool names."""
    return httpx.get(address, timeout=60).raise_for_status().content


def same(first, *others):
    assert all(np.array_equal(first, other) for other in others)


def test_chat(ways):
    asked = {"max_tokens": 12, "seed": 7}
    made = engine(chat.TASK)
    wanted = chat.request(HELLO, limits=LIMITS, **asked)
    told = "".join(piece.text for piece in made.stream(wanted))

    reply = ways.route("chat/completions", json={"messages": HELLO, **asked})
    space = ways.space("qwen-lora-chat", "chat", messages=HELLO, **asked)
    tool = ways.tool("qwen-lora-chat", "chat", messages=HELLO, **asked)

    assert told
    assert told == reply["choices"][0]["message"]["content"] == space[0] == tool[0]


def test_embeddings(ways):
    texts = ["A cat.", "The stock market."]
    answer = ways.route("embeddings", json={"input": texts})

    vectors = engine(embeddings.TASK).passages(texts)
    assert np.allclose([row["embedding"] for row in answer["data"]], vectors, atol=1e-6)


def test_text_to_speech(ways):
    text = "Good morning."
    made = engine(tts.TASK)
    wanted = tts.request(text, tts.AUTOMATIC, 1.0, voices=made.VOICES, limits=LIMITS)
    spoken = audio.join([part.sound for part in made.speak(wanted)], made.RATE)

    body = {"input": text, "response_format": "wav"}
    answer = httpx.post(f"{ways.url}/v1/audio/speech", json=body, timeout=60)
    file, _, _ = ways.space("kokoro-tts", "speak", text=text)
    tool = ways.tool("kokoro-tts", "speak", text=text)

    # The voice breathes by chance: no two sounds of it are equal, but they sound the same.
    for content in (answer.content, Path(file).read_bytes(), fetched(tool[0])):
        samples, rate = soundfile.read(io.BytesIO(content), dtype="int16")
        assert rate == spoken.rate
        assert alike(audio.Sound(samples, rate), spoken) > ALIKE


def test_speech_to_text(ways, files):
    made, sound = engine(stt.TASK), audio.read(files / "voice.wav", LIMITS)
    how = {"languages": made.LANGUAGES, "translates": made.TRANSLATES, "limits": LIMITS}
    segments = made.transcribe(stt.request(sound, "en", False, **how))
    text = "\n".join(one.text for one in segments if one.kind == "speech")

    slug, voice = "image-voice-captioning", files / "voice.wav"
    answer = ways.route(
        "audio/transcriptions", files={"file": voice.read_bytes()}, data={"language": "en"}
    )
    space = ways.space(slug, "transcribe", sound=handle_file(voice), spoken="en")
    tool = ways.tool(slug, "transcribe", sound=inline(voice, "audio/wav"), spoken="en")

    assert text
    assert text == answer["text"] == space[0] == tool[0]


def test_captioning(ways, files):
    picture = files / "wall.png"
    wanted = images.read(picture, LIMITS).rgb
    caption = engine(captioning.TASK).caption(
        wanted, captioning.Detail.SHORT, read_text=lambda _: ""
    )

    slug, how = "image-voice-captioning", {"detail": "short"}
    answer = ways.route("captions", files={"file": picture.read_bytes()}, data=how)
    space = ways.space(slug, "caption", image=handle_file(picture), **how)
    tool = ways.tool(slug, "caption", image=inline(picture), **how)

    assert caption.text == answer["text"] == space[0] == tool[0]
    assert answer["facts"] == space[1]["facts"] == tool[1]["facts"]


def test_timeline(ways, files):
    voice, slug = files / "voice.wav", "image-voice-captioning"

    answer = ways.route("timeline", files={"file": voice.read_bytes()})
    space = ways.space(slug, "timeline", file=handle_file(voice))
    tool = ways.tool(slug, "timeline", file=inline(voice, "audio/wav"))

    assert answer["entries"]
    assert answer["entries"] == space[0]["entries"] == tool[0]["entries"]


def test_ocr(ways, files):
    page = files / "page.png"
    text = ocr.last(engine(ocr.TASK).steps(images.read(page, LIMITS).rgb, "en")).text

    answer = ways.route("ocr", files={"files": page.read_bytes()}, data={"language": "en"})
    space = ways.space("ocr", "read", image=handle_file(page), language="en")
    tool = ways.tool("ocr", "read", image=inline(page), language="en")

    assert text == answer["text"] == space[0] == tool[0]
    assert answer["pages"] == [space[1]] == [tool[1]]


def test_text_to_image(ways):
    asked = {"prompt": "a red circle", "seed": 3, "steps": 2}
    made = engine(drawing.TASK)
    request = drawing.request(asked, abilities=made.abilities, limits=LIMITS)
    (drawn,) = [one for one in made.draw(request) if isinstance(one, drawing.Drawn)]

    answer = ways.route("images/generations", json=asked)
    (file,), *_ = ways.space("text-to-image", "generate", **asked)
    tool = ways.tool("text-to-image", "generate", **asked)

    same(
        drawn.rgb,
        pixels(base64.b64decode(answer["data"][0]["b64_json"])),
        pixels(Path(file).read_bytes()),
        pixels(tool[0]),
    )


def test_inpainting(ways, files):
    image, mask = files / "wall.png", files / "mask.png"
    wish = inpainting.request(
        prompt="", negative_prompt="", method="auto", steps=0, guidance=0, seed=5, limits=LIMITS
    )
    made = engine(inpainting.ERASING)
    edit = editing.masked(
        images.read(image, LIMITS), [np.asarray(Image.open(mask)) > 0], inpainting.Tools()
    )
    *_, filled = composing.painted(made, edit.seen, edit.mask, wish, lambda: None)
    expected = editing.edited(edit, filled, made.ABILITIES.feather).rgb

    sent = {"image": image.read_bytes(), "mask": mask.read_bytes()}
    answer = ways.route("images/edits", files=sent, data={"seed": 5})
    given = {"image": handle_file(image), "mask": handle_file(mask)}
    file, *_ = ways.space("inpainting", "inpaint", **given, seed=5)
    tool = ways.tool("inpainting", "inpaint", image=inline(image), mask=inline(mask), seed=5)

    same(
        expected,
        pixels(base64.b64decode(answer["data"][0]["b64_json"])),
        pixels(Path(file).read_bytes()),
        pixels(tool[0]),
    )


def test_image_classification(ways):
    picture, *others = sorted(RONALD.glob("*.jpg"))[:3]
    made = engine(classification.TASK)
    (row,) = made.classify([images.read(picture, LIMITS).rgb])
    expected = {name: round(float(p), 4) for name, p in zip(made.rules.classes, row, strict=True)}

    slug = "ronald-classifier"
    answer = ways.route("classify", files={"image": picture.read_bytes()})
    space = ways.space(slug, "classify", image=handle_file(picture))
    tool = ways.tool(slug, "classify", image=inline(picture, "image/jpeg"))
    sent = [("files", (f.name, f.read_bytes())) for f in (picture, *others)]
    ranked = ways.route("rank", files=sent)["ranked"]
    ordered, *_ = ways.space(slug, "rank", files=[handle_file(f) for f in (picture, *others)])

    assert expected == answer["probabilities"] == space[0]["probabilities"]
    assert answer["probabilities"] == tool[0]["probabilities"]
    assert ranked == ordered["ranked"]


def test_rag(ways, files, tmp_path):
    document, question = files / "handbook.md", "When does the library open?"
    provision = Provision(SETTINGS)
    spec = provision.spec(provision.choice(embeddings.TASK).model)
    embedder = QueuedEmbedder(Workload(SETTINGS), spec)
    shelf = Shelf(tmp_path, embedder, LIMITS)
    tenant = shelf.create()
    shelf.add(tenant, document, document.name, Steps())
    wanted = asking.wanted(question, (), 4, "fused", 1, limits=LIMITS)
    *_, expected = asking.Asking(wanted, tenant.index, embedder).answers(
        ExtractiveWriter(embedder), LIMITS
    )

    made = ways.route("rag/index", files={"files": (document.name, document.read_bytes())})
    asked = {"question": question, "seed": 1}
    answer = ways.route("rag/ask", json={**asked, "index_id": made["index_id"]})
    key, _ = ways.space("rag-chat", "index", files=[handle_file(document)])
    space = ways.space("rag-chat", "ask", **asked, index_id=key)
    tool = ways.tool("rag-chat", "ask", **asked, index_id=key)

    assert expected.text == answer["text"] == space[0] == tool[0]
    assert answer["passages"] == space[1]["passages"] == tool[1]["passages"]

"""OpenAI's own client for JavaScript works unchanged: chat as a stream, speech, embeddings."""

import json
import subprocess

import pytest

SECONDS = 300
CODE = """
import OpenAI from "openai";
const openai = new OpenAI({baseURL: process.argv[2] + "/v1", apiKey: "none", maxRetries: 0});
const messages = [{role: "user", content: "What do you like to do on a rainy day?"}];
const asked = {model: "auto", messages, seed: 7, max_tokens: 12};
const whole = await openai.chat.completions.create(asked);
let streamed = "";
for await (const chunk of await openai.chat.completions.create({...asked, stream: true}))
  streamed += chunk.choices[0]?.delta?.content ?? "";
const speech = await openai.audio.speech.create(
  {model: "auto", voice: "alloy", input: "Good morning.", response_format: "wav"});
const sound = Buffer.from(await speech.arrayBuffer());
const input = ["A cat.", "A kitten."];
const coded = await openai.embeddings.create({model: "auto", input});
const plain = await openai.embeddings.create({model: "auto", input, encoding_format: "float"});
let refused;
try { await openai.embeddings.create({model: "none", input}); }
catch (error) { refused = [error.constructor.name, error.code]; }
console.log(JSON.stringify({
  whole: whole.choices[0].message.content, streamed,
  sound: [sound.subarray(0, 4).toString(), sound.length],
  coded: coded.data.map((row) => Array.from(row.embedding)),
  plain: plain.data.map((row) => row.embedding), refused,
}));
"""


@pytest.fixture(scope="module")
def told(server, node_modules, tmp_path_factory):
    folder = tmp_path_factory.mktemp("javascript")
    (folder / "call.mjs").write_text(CODE)
    (folder / "node_modules").symlink_to(node_modules)
    done = subprocess.run(
        ["node", "call.mjs", server.url], capture_output=True, text=True, timeout=SECONDS,
        check=False, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_stream_is_the_same_reply(told):
    assert told["whole"]
    assert told["streamed"] == told["whole"]


def test_a_text_is_spoken(told):
    kind, size = told["sound"]
    assert kind == "RIFF"
    assert size > 20_000


def test_both_encodings_are_the_same_vectors(told):
    for coded, plain in zip(told["coded"], told["plain"], strict=True):
        assert len(coded) == len(plain) == 384
        assert coded == pytest.approx(plain, abs=1e-6)


def test_an_error_has_its_type_and_code(told):
    assert told["refused"] == ["NotFoundError", "model_not_found"]

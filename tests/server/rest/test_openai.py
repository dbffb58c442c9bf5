"""OpenAI's own client works unchanged, on every route."""

import io
import json
import time
from itertools import islice

import httpx
import numpy as np
import openai as client
import pytest
import soundfile
from tests.server.rest.asked import LONG

HELLO = [{"role": "user", "content": "What do you like to do on a rainy day?"}]
ADAPTER = "chat-captain-courtier"
SPOKEN = {"model": "auto", "voice": "auto", "input": "One."}


class TestModels:
    def test_each_task_has_a_model_and_each_adapter_is_one(self, openai):
        listed = {model.id: model for model in openai.models.list()}

        assert {"chat-starter", "espeak-ng", "minilm-l6-v2", ADAPTER} <= listed.keys()
        assert listed["minilm-l6-v2"].owned_by == "sentence-transformers"
        assert listed["chat-starter"].owned_by == listed["picture-facts"].owned_by == "portfolio"
        assert listed[ADAPTER].parent == "chat-starter"

    def test_one_is_described(self, openai):
        model = openai.models.retrieve("minilm-l6-v2")

        assert model.tasks == ["embeddings"]
        assert model.licence == "Apache-2.0"

    def test_one_that_is_not_there_is_not_found(self, openai):
        with pytest.raises(client.NotFoundError) as caught:
            openai.models.retrieve("owner/unknown")

        assert caught.value.code == "model_not_found"
        assert "minilm-l6-v2" in str(caught.value)


class TestChat:
    def test_a_reply_comes_with_its_usage_and_a_recipe_that_gives_it_again(self, openai):
        first = openai.chat.completions.create(model="auto", messages=HELLO, seed=7)
        recipe = first.recipe
        again = openai.chat.completions.create(
            model="auto",
            messages=HELLO,
            seed=recipe["seed"],
            max_tokens=recipe["parameters"]["max_tokens"],
        )

        assert first.choices[0].message.content == again.choices[0].message.content
        assert first.model == recipe["model"] == "chat-starter"
        assert first.usage.total_tokens == first.usage.prompt_tokens + first.usage.completion_tokens
        assert first.choices[0].finish_reason in {"stop", "length"}

    def test_an_adapter_is_a_model(self, openai):
        asked = {"messages": HELLO, "seed": 7}

        base = openai.chat.completions.create(model="chat-starter", **asked)
        tuned = openai.chat.completions.create(model=ADAPTER, **asked)

        assert tuned.model == ADAPTER
        assert tuned.recipe["parameters"]["adapter"] == ADAPTER
        assert tuned.choices[0].message.content != base.choices[0].message.content

    def test_a_slip_in_its_name_is_told_what_there_is(self, openai):
        with pytest.raises(client.NotFoundError) as caught:
            openai.chat.completions.create(model=ADAPTER[:-1], messages=HELLO)

        assert f"auto, chat-starter, {ADAPTER}." in caught.value.message

    def test_a_stream_is_the_same_reply(self, openai):
        whole = openai.chat.completions.create(model="auto", messages=HELLO, seed=7)

        chunks = list(
            openai.chat.completions.create(
                model="auto",
                messages=HELLO,
                seed=7,
                stream=True,
                stream_options={"include_usage": True},
            )
        )

        pieces = [chunk.choices[0] for chunk in chunks if chunk.choices]
        assert pieces[0].delta.role == "assistant"
        assert "".join(piece.delta.content or "" for piece in pieces) == (
            whole.choices[0].message.content
        )
        assert pieces[-1].finish_reason == whole.choices[0].finish_reason
        assert chunks[-1].usage == whole.usage
        assert {chunk.id for chunk in chunks} == {chunks[0].id}

    def test_the_helper_for_streams_understands_it(self, openai):
        with openai.chat.completions.stream(model="auto", messages=HELLO, seed=7) as stream:
            final = stream.get_final_completion()

        assert final.choices[0].message.content

    def test_contents_in_parts_and_a_developer_are_understood(self, openai):
        parts = [{"type": "text", "text": HELLO[0]["content"]}]
        messages = [
            {"role": "developer", "content": "Be short."},
            {"role": "user", "content": parts},
        ]

        reply = openai.chat.completions.create(model="auto", messages=messages, seed=7)

        sent = reply.recipe["parameters"]["messages"]
        assert sent == [{"role": "system", "content": "Be short."}, HELLO[0]]

    def test_a_stop_ends_the_reply(self, openai):
        asked = {"model": "auto", "messages": HELLO, "seed": 7}
        whole = openai.chat.completions.create(**asked).choices[0].message.content
        word = whole.split()[1]

        cut = openai.chat.completions.create(**asked, stop=word).choices[0].message.content

        assert cut == whole.partition(word)[0]

    @pytest.mark.parametrize(
        ("asked", "code", "param"),
        [
            ({"temperature": 9}, "number_out_of_range", "temperature"),
            ({"n": 2}, "number_out_of_range", "n"),
            ({"max_tokens": 10**9}, "number_out_of_range", "max_tokens"),
            ({"messages": []}, "nothing_asked", None),
            (
                {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
                "unknown_choice",
                "type of content",
            ),
            ({"messages": [{"role": "user", "content": [7]}]}, "invalid_input", None),
            ({"messages": "hello"}, "invalid_input", "messages"),
            ({"stop": ["x"] * 9}, "number_out_of_range", None),
            ({"stop": 5}, "invalid_input", "stop"),
        ],
    )
    def test_a_wrong_value_is_a_bad_request(self, openai, asked, code, param):
        with pytest.raises(client.BadRequestError) as caught:
            openai.chat.completions.create(**{"model": "auto", "messages": HELLO, **asked})

        assert code is None or caught.value.code == code
        assert param is None or caught.value.param == param

    def test_a_model_of_another_task_is_not_found(self, openai):
        with pytest.raises(client.NotFoundError, match="espeak-ng"):
            openai.chat.completions.create(model="espeak-ng", messages=HELLO)

    def test_who_leaves_a_stream_frees_the_engine(self, server):
        address = f"{server.url}/v1/chat/completions"
        with httpx.stream("POST", address, json={**LONG, "stream": True}, timeout=300) as answer:
            pieces = (line for line in answer.iter_lines() if line)
            assert "chat.completion.chunk" in next(pieces)
            start = time.monotonic()
            list(islice(pieces, 40))
            pace = (time.monotonic() - start) / 40
            assert self.running(server) == 1

        left = time.monotonic()
        while self.running(server):  # it would go on for 600 pieces more
            assert time.monotonic() - left < 60 * pace

    def running(self, server):
        return httpx.get(f"{server.url}/v1/engines/chat-starter").json()["running"]


class TestEmbeddings:
    def test_both_encodings_are_the_same_vectors(self, openai):
        asked = {"model": "auto", "input": ["A cat.", "A kitten.", "The stock market."]}

        coded = openai.embeddings.create(**asked)  # base64, the client's own choice
        plain = openai.embeddings.create(**asked, encoding_format="float")

        first, second = (
            np.array([row.embedding for row in answer.data]) for answer in (coded, plain)
        )
        assert np.allclose(first, second, atol=1e-6)
        assert np.allclose(np.linalg.norm(first, axis=1), 1, atol=1e-5)
        assert first[0] @ first[1] > first[0] @ first[2]

    def test_fewer_dimensions_are_the_first_ones_at_length_1(self, openai):
        whole = openai.embeddings.create(model="auto", input="A cat.").data[0].embedding
        cut = openai.embeddings.create(model="auto", input="A cat.", dimensions=64)

        expected = np.array(whole[:64]) / np.linalg.norm(whole[:64])
        assert np.allclose(cut.data[0].embedding, expected, atol=1e-5)

    @pytest.mark.parametrize(
        "asked", [{"input": ""}, {"input": []}, {"input": ["a"] * 300}, {"dimensions": 10_000}]
    )
    def test_a_wrong_value_is_a_bad_request(self, openai, asked):
        with pytest.raises(client.BadRequestError):
            openai.embeddings.create(**{"model": "auto", "input": "a", **asked})

    def test_too_much_text_is_too_large(self, openai):
        with pytest.raises(client.APIStatusError) as caught:
            openai.embeddings.create(model="auto", input="a" * 200_001)

        assert caught.value.status_code == 413


class TestSpeech:
    @pytest.mark.parametrize("kind", ["mp3", "opus", "flac", "wav"])
    def test_a_text_is_spoken_in_each_format(self, openai, kind):
        answer = openai.audio.speech.create(
            model="auto", voice="alloy", input="Good morning. 안녕하세요.", response_format=kind
        )

        samples, rate = soundfile.read(io.BytesIO(answer.content))
        assert 1 < len(samples) / rate < 6
        assert np.abs(samples).max() > 0.05

    def test_pcm_comes_as_it_is_spoken(self, openai):
        asked = {"model": "auto", "voice": "auto", "input": "One. Two. Three."}
        with openai.audio.speech.with_streaming_response.create(
            **asked, response_format="pcm"
        ) as answer:
            parts = list(answer.iter_bytes())

        samples = np.frombuffer(b"".join(parts), "<i2")
        assert 0.5 < len(samples) / 24_000 < 6
        assert np.abs(samples.astype(int)).max() > 2000

    def test_events_carry_the_sentences(self, server):
        body = {"input": "One. Two.", "stream_format": "sse", "response_format": "wav"}

        told = httpx.post(f"{server.url}/v1/audio/speech", json=body, timeout=60).text

        events = [json.loads(line[6:]) for line in told.splitlines() if line]
        kinds = [event["type"] for event in events]
        assert kinds == ["speech.audio.delta", "speech.audio.delta", "speech.audio.done"]

    @pytest.mark.parametrize(
        "asked", [{"voice": "../../x"}, {"response_format": "aac"}, {"speed": 4}, {"input": " "}]
    )
    def test_a_wrong_value_is_a_bad_request(self, openai, asked):
        with pytest.raises(client.BadRequestError):
            openai.audio.speech.create(
                **{"model": "auto", "voice": "auto", "input": "One.", **asked}
            )


def test_langchain_talks_and_embeds(server):
    from langchain_openai import ChatOpenAI, OpenAIEmbeddings

    where = {"base_url": f"{server.url}/v1", "api_key": "none"}
    with httpx.Client(timeout=300) as connection:
        where["http_client"] = connection
        chat = ChatOpenAI(model="auto", seed=7, **where)
        embed = OpenAIEmbeddings(model="auto", check_embedding_ctx_length=False, **where)

        assert chat.invoke("Hello!").content
        assert "".join(chunk.text for chunk in chat.stream("Hello!"))
        assert len(embed.embed_query("A cat.")) == 384

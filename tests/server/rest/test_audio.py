"""OpenAI's own client writes down recordings, in each format and as they are heard."""

import io
from pathlib import Path

import httpx
import numpy as np
import openai as client
import pytest
import soundfile

VOICE = Path("spaces/image-voice-captioning/examples/voice.flac")
CLIP = VOICE.with_name("clip.mp4")
PICTURE = VOICE.with_name("picture.jpg")
SECONDS = 5


def saved(samples, rate):
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format="WAV")
    return file.getvalue()


ASKED = {"model": "auto", "file": ("voice.wav", saved(*soundfile.read(VOICE, SECONDS * 16_000)))}


@pytest.fixture(scope="module")
def whole(server):
    with client.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0) as openai:
        return openai.audio.transcriptions.create(
            **ASKED,
            response_format="verbose_json",
            timestamp_granularities=["word", "segment"],
        )


TONE = saved(0.1 * np.sin(np.arange(16_000) / 10), 16_000)


class TestTranscriptions:
    def test_all_of_it_has_times_of_segments_and_words(self, whole):
        assert whole.text == "\n".join(segment.text for segment in whole.segments)
        assert [word.word for word in whole.words] == whole.text.split()
        assert whole.language == "en"
        assert 0 <= whole.segments[0].start < whole.segments[-1].end <= whole.duration + 0.1
        assert all(0 < word.confidence <= 1 for word in whole.words)
        assert whole.recipe["model"] == "pocketsphinx-en"

    def test_plain_json_is_the_same_text(self, openai, whole):
        answer = openai.audio.transcriptions.create(**ASKED)

        assert answer.text == whole.text
        assert not hasattr(answer, "segments")

    def test_only_what_was_asked_for_has_times(self, openai):
        answer = openai.audio.transcriptions.create(**ASKED, response_format="verbose_json")

        assert answer.segments
        assert answer.words is None

    def test_text_is_nothing_but_the_text(self, openai, whole):
        assert openai.audio.transcriptions.create(**ASKED, response_format="text") == whole.text

    @pytest.mark.parametrize(("kind", "start"), [("srt", "1\n00:00:"), ("vtt", "WEBVTT\n")])
    def test_subtitles_hold_every_word(self, openai, whole, kind, start):
        subtitles = openai.audio.transcriptions.create(**ASKED, response_format=kind)

        assert subtitles.startswith(start)
        assert " --> " in subtitles
        assert all(word in subtitles for word in whole.text.split())

    def test_a_stream_adds_up_to_the_text(self, openai, whole):
        events = list(openai.audio.transcriptions.create(**ASKED, stream=True))

        *deltas, done = events
        assert {event.type for event in deltas} == {"transcript.text.delta"}
        assert done.type == "transcript.text.done"
        assert "".join(event.delta for event in deltas) == done.text == whole.text

    def test_a_clip_is_heard_and_its_language_may_be_named(self, openai):
        answer = openai.audio.transcriptions.create(model="auto", file=CLIP, language="en")

        assert answer.recipe["parameters"]["language"] == "en"
        assert answer.recipe["parameters"]["file"]["name"] == "clip.mp4"

    @pytest.mark.parametrize(
        ("asked", "status", "code"),
        [
            ({"language": "ko"}, 400, "language_not_heard"),
            ({"language": "xx"}, 400, "unknown_choice"),
            ({"response_format": "docx"}, 400, "unknown_choice"),
            ({"timestamp_granularities": ["letter"]}, 400, "unknown_choice"),
            ({"model": "espeak-ng"}, 404, "model_not_found"),
            ({"file": PICTURE}, 415, "wrong_file_type"),
            ({"file": ("a.wav", b"RIFF nothing")}, None, None),
            ({"file": ("a.wav", b"")}, None, None),
        ],
    )
    def test_a_wrong_value_is_refused(self, openai, asked, status, code):
        with pytest.raises(client.APIStatusError) as caught:
            openai.audio.transcriptions.create(**{**ASKED, **asked})

        assert caught.value.status_code == status or (status is None and caught.value.code)
        assert caught.value.status_code < 500
        assert code is None or caught.value.code == code

    def test_a_recording_over_the_limit_is_too_large(self, openai):
        with pytest.raises(client.APIStatusError) as caught:
            openai.audio.transcriptions.create(model="auto", file=("a.wav", bytes(21 * 2**20)))

        assert caught.value.status_code == 413

    def test_what_has_no_speech_is_an_empty_text(self, openai):
        answer = openai.audio.transcriptions.create(model="auto", file=("tone.wav", TONE))

        assert answer.text == ""
        assert "no_speech" in answer.notes


def test_translation_is_refused_where_the_model_cannot(server):
    # OpenAI's client warns of its own method for it.
    where = f"{server.url}/v1/audio/translations"
    answer = httpx.post(where, files={"file": ASKED["file"]}, data={"model": "auto"}, timeout=60)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "cannot_translate"

"""What strangers may send to the Space image-voice-captioning: each gets its typed error."""

import io
from functools import partial

import httpx
import numpy as np
import pytest
import soundfile
from tests.media import corpus_images
from tests.media.drawn_clips import clip, tone
from tests.spaces import callers
from tests.spaces.callers import FILE_DATA, upload
from tests.spaces.films import film, photo, silent_film

SECONDS = 280  # of one call, on a busy machine
call = partial(callers.call, seconds=SECONDS)
refused = partial(callers.refused, seconds=SECONDS)


@pytest.fixture(scope="module", params=["alone", "gallery"])
def space(start_space, request):
    """The Space, started by itself and as a part of the gallery."""
    return start_space("image-voice-captioning", request.param)


def sound(samples, rate=16_000, kind="WAV", subtype=None):
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, subtype=subtype)
    return file.getvalue()


def endless(kind="FLAC"):
    """Three hours of silence in a small file."""
    return sound(np.zeros(3 * 3600 * 8000, np.int16), 8000, kind)


def large():
    """The same in nearly all the bytes that one may send: what follows the sound is rubbish."""
    return endless().ljust(19 * 2**20, b"\0")


PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n"
CONCAT = b"ffconcat version 1.0\nfile /etc/passwd\nfile http://127.0.0.1:1/x.mp4\n"
FILES = {
    "three hours of silence": (endless, "recording_too_long"),
    "three hours of silence in 19 MB": (large, "recording_too_long"),
    "a sound without a sample": (lambda: sound(np.zeros(0, np.int16)), "recording_empty"),
    "a playlist": (lambda: PLAYLIST, "wrong_file_type"),
    "a list of films": (lambda: CONCAT, "wrong_file_type"),
    "a film cut in half": (lambda: film()[:3000], "recording_unreadable"),
    "rubbish as a film": (lambda: b"\0\0\0\x20ftypisom".ljust(5000, b"x"), "recording_unreadable"),
    "a pixel bomb": (corpus_images.pixel_bomb, "image_too_large"),
    "a picture cut in half": (lambda: photo()[:400], "image_unreadable"),
    "HTML": (lambda: b"<html><script>alert(1)</script></html>", "wrong_file_type"),
    "nothing": (lambda: b"", "wrong_file_type"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file(space, name):
    make, code = FILES[name]
    file = upload(space, make(), "film.mp4")

    assert f"[{code}]" in refused(space, "timeline", file=file)


def test_each_endpoint_says_what_it_takes(space):
    picture = upload(space, photo(), "a.png")
    beep = upload(space, sound(tone(2)), "a.wav")
    silent = upload(space, silent_film(), "a.mp4")
    for name, arguments, code in (
        ("caption", {"image": beep}, "wrong_file_type"),
        ("transcribe", {"sound": picture}, "wrong_file_type"),
        ("transcribe", {"sound": silent}, "no_sound_track"),
        ("describe_aloud", {"file": beep}, "nothing_to_describe"),
        ("caption", {"image": None}, "no_file"),
        ("timeline", {"file": None}, "no_file"),
        ("caption", {"image": picture, "detail": "../x"}, "unknown_choice"),
        ("caption", {"image": picture, "language": "xx"}, "unknown_choice"),
        ("timeline", {"file": beep, "spoken": "ko"}, "language_not_heard"),
        ("timeline", {"file": beep, "spoken": ["en"]}, "invalid_input"),
        ("timeline", {"file": beep, "translate": True}, "cannot_translate"),
        ("transcribe", {"sound": beep, "file_format": "exe"}, "unknown_choice"),
        ("describe_aloud", {"file": picture, "file_format": "../x"}, "unknown_choice"),
        ("describe_aloud", {"file": picture, "edited": {"entries": 1}}, "timeline_unreadable"),
        ("export", {"edited": None}, "timeline_unreadable"),
        ("export", {"edited": {"entries": []}, "file_format": "exe"}, "unknown_choice"),
    ):
        assert f"[{code}]" in refused(space, name, **arguments), (name, arguments)


def test_a_film_without_pictures_is_a_sound(space):
    file = upload(space, clip([], tone(3)), "film.mp4")

    timeline, files, _ = call(space, "timeline", file=file).data

    assert timeline["kind"] == "sound"
    assert "speech" not in [entry["kind"] for entry in timeline["entries"]]
    assert not [one for one in files if one["path"].endswith("descriptions.vtt")]


def test_markup_in_an_edited_line_stays_text(space):
    entry = {"kind": "speech", "start_seconds": 0, "end_seconds": 3,
             "text": "<script>alert(1)</script> --> x"}  # fmt: skip
    edited = {"seconds": 3, "entries": [entry]}

    file = call(space, "export", edited=edited, file_format="vtt").data[0]

    text = httpx.get(file["url"]).text
    assert "<script>" not in text
    assert text.count("-->") == 1


def test_a_file_s_name_chooses_no_path(space):
    file = upload(space, photo(), "../../x\r\n.png")

    _, files, _ = call(space, "timeline", file=file).data

    assert [one["orig_name"] for one in files] == ["x.txt", "x.json"]


def test_an_address_is_not_fetched_as_a_file(space):
    for path in ("http://127.0.0.1:1/x.mp4", "https://example.com/x.mp4"):
        file = {"path": path, "meta": FILE_DATA}

        assert "[not_uploaded]" in refused(space, "timeline", file=file)


def test_what_was_not_uploaded_is_not_read(space, tmp_path):
    own = tmp_path / "own.png"
    own.write_bytes(photo())
    for path in (str(own), "/proc/self/environ", "/dev/zero"):
        event = call(space, "timeline", file={"path": path, "meta": FILE_DATA})

        assert event.kind == "error"
        assert path not in str(event.data)


def test_korean_callers_get_korean_errors(space):
    event = call(space, "timeline", headers={"accept-language": "ko-KR"}, file=None)

    assert event.data["error"].startswith("작업할 파일이 없습니다.")

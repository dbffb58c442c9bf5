"""Clips: what cameras and browsers make is read, and what attackers make does no harm."""

import contextlib
import io
import itertools

import numpy as np
import pytest
from PIL import Image
from tests.conftest import ROOT
from tests.media.drawn_clips import RATE, clip, picture, still, tone

from portfolio_core.errors import (
    ClipTooLarge,
    FileTooLarge,
    InvalidInput,
    NoPictureTrack,
    NoSoundTrack,
    RecordingEmpty,
    RecordingLimit,
    RecordingTooLong,
    RecordingUnreadable,
    WrongFileType,
)
from portfolio_core.media import _av, child, video
from portfolio_core.media.audio import silence, wav_bytes
from portfolio_core.settings import Limits

LIMITS = Limits()
THREE = still(1, 3) + still(2, 2) + still(3, 4)


def starts(read):
    assert read.frames[0].start_seconds == 0
    assert read.frames[-1].end_seconds == read.seconds
    for before, after in itertools.pairwise(read.frames):
        assert before.end_seconds == after.start_seconds
    return [frame.start_seconds for frame in read.frames]


def shows(frame, number):
    """Whether a frame shows the drawn picture of that number."""
    height, width = frame.rgb.shape[:2]
    wanted = picture(number, width, height).astype(int)
    return np.abs(frame.rgb - wanted).mean() < 8


@pytest.fixture(scope="module")
def film():
    return clip(THREE, tone(9))


class TestWhatIsRead:
    def test_scenes_their_pictures_and_the_sound(self, film):
        read = video.read(film, LIMITS)

        assert starts(read) == pytest.approx([0, 3, 5], abs=0.1)
        assert read.seconds == pytest.approx(9, abs=0.1)
        assert (read.width, read.height, read.notes) == (320, 180, ())
        assert all(shows(frame, n) for n, frame in enumerate(read.frames, 1))
        assert read.sound.rate == RATE
        assert read.sound.seconds == pytest.approx(9, abs=0.1)
        assert np.abs(read.sound.samples).max() == pytest.approx(12_000, rel=0.2)

    @pytest.mark.parametrize(
        ("kind", "codecs", "options"),
        [
            ("mov", ("libx264", "aac"), {}),
            ("matroska", ("libx264", "aac"), {}),
            ("webm", ("libvpx", "libopus"), {}),
            ("webm", ("libvpx", "libopus"), {"live": "1"}),  # as a browser records
        ],
    )
    def test_every_kind(self, kind, codecs, options):
        made = clip(
            THREE,
            tone(9, rate=48_000),
            kind=kind,
            video=codecs[0],
            audio=codecs[1],
            options=options,
            rate=48_000,
        )

        read = video.read(made, LIMITS)

        assert starts(read) == pytest.approx([0, 3, 5], abs=0.1)
        assert all(shows(frame, n) for n, frame in enumerate(read.frames, 1))
        assert read.sound.seconds == pytest.approx(9, abs=0.1)

    def test_a_path_is_as_good_as_bytes_and_its_name_says_nothing(self, film, tmp_path):
        path = tmp_path / "notes.txt"
        path.write_bytes(film)

        assert len(video.read(path, LIMITS).frames) == 3

    def test_frames_of_uneven_length_keep_their_times(self):
        uneven = (
            [(0.5, picture(1))] * 4
            + [(0.02, picture(2))] * 100
            + [(3, picture(3))]
            + [(0.1, picture(4))] * 20
        )

        read = video.read(clip(uneven), LIMITS)

        assert starts(read) == pytest.approx([0, 2, 4, 7], abs=0.1)
        assert all(shows(frame, n) for n, frame in enumerate(read.frames, 1))

    @pytest.mark.parametrize(
        ("rotation", "corner", "upright"),
        [(-90, (5, -5), (180, 320)), (90, (-5, 5), (180, 320)), (180, (-5, -5), (320, 180))],
    )
    def test_a_turned_telephone_is_turned_back(self, rotation, corner, upright):
        read = video.read(clip(still(1, 1), rotation=rotation), LIMITS)

        assert (read.width, read.height) == upright
        assert read.frames[0].rgb.shape == (upright[1], upright[0], 3)
        assert read.frames[0].rgb[corner] == pytest.approx([255, 0, 0], abs=12)
        assert read.notes == ("turned",)

    def test_a_large_picture_is_made_smaller(self):
        read = video.read(clip(still(1, 0.2, width=1920, height=1080)), LIMITS)

        assert (read.width, read.height) == (1920, 1080)
        assert read.frames[0].rgb.shape == (720, 1280, 3)

    def test_sound_that_begins_later_keeps_its_place(self):
        read = video.read(clip(THREE, tone(6), sound_from=3), LIMITS)

        heard = np.flatnonzero(np.abs(read.sound.samples) > 1000)
        assert heard[0] / RATE == pytest.approx(3, abs=0.1)
        assert heard[-1] / RATE == pytest.approx(9, abs=0.1)

    def test_without_sound_there_is_none(self):
        made = clip(THREE)

        assert video.read(made, LIMITS).sound is None
        with pytest.raises(NoSoundTrack):
            _av.sound(made, LIMITS)

    def test_there_are_no_more_scenes_than_wanted(self, film):
        read = video.read(film, Limits(clip_scenes=2))

        assert len(starts(read)) == 2


class TestSound:
    @pytest.mark.parametrize(
        ("kind", "codec"),
        [
            ("wav", "pcm_s16le"),
            ("flac", "flac"),
            ("mp3", "libmp3lame"),
            ("ogg", "libopus"),
            ("ipod", "aac"),
            ("webm", "libopus"),
            ("adts", "aac"),
        ],
    )
    def test_every_kind(self, kind, codec):
        made = clip([], tone(2, rate=48_000), kind=kind, audio=codec, rate=48_000)

        sound = _av.sound(made, LIMITS)

        assert sound.rate == 48_000
        assert sound.seconds == pytest.approx(2, abs=0.1)
        assert np.abs(sound.samples).max() == pytest.approx(12_000, rel=0.2)

    def test_a_clip_gives_its_sound(self, film):
        assert _av.sound(film, LIMITS).seconds == pytest.approx(9, abs=0.1)

    def test_a_sound_is_no_clip(self):
        with pytest.raises(NoPictureTrack):
            video.read(clip([], tone(1)), LIMITS)
        with pytest.raises(WrongFileType):
            video.read(clip([], tone(1), kind="wav", audio="pcm_s16le"), LIMITS)

    def test_not_a_sample_is_nothing(self):
        with pytest.raises(RecordingEmpty):
            _av.sound(wav_bytes(silence(0, RATE)), LIMITS)

    def test_what_is_no_number_is_no_sound(self):
        made = clip([], tone(1), kind="wav", audio="pcm_f32le")
        nan = np.full(1000, np.nan, "<f4").tobytes()
        broken = made[:200] + nan + made[200 + len(nan) :]

        assert _av.sound(made, LIMITS).seconds == pytest.approx(1)
        with pytest.raises(RecordingUnreadable):
            _av.sound(broken, LIMITS)


class TestHostile:
    def test_silence_beyond_the_limit_is_not_unpacked(self):
        long = clip([], np.zeros(600 * 8000, np.int16), kind="flac", audio="flac", rate=8000)

        assert len(long) < 2**20
        with pytest.raises(RecordingTooLong):
            _av.sound(long, LIMITS)

    def test_an_endless_picture_is_too_long(self):
        with pytest.raises(RecordingTooLong):
            video.read(clip([(100, picture(1))] * 3), LIMITS)

    def test_many_bytes_are_not_even_read(self, film):
        with pytest.raises(FileTooLarge):
            video.read(film, Limits(upload_bytes=len(film) - 1))

    def test_a_clip_without_its_index_is_unreadable(self, film):
        with pytest.raises(RecordingUnreadable):
            video.read(film[: len(film) // 2], LIMITS)

    def test_of_a_clip_cut_off_the_rest_is_read_and_said(self):
        made = clip(THREE, kind="matroska")

        read = video.read(made[: len(made) // 2], LIMITS)

        assert read.notes == ("cut_off",)
        assert 1 < read.seconds < 8
        assert shows(read.frames[0], 1)

    @pytest.mark.parametrize("side", [9000, 65_500])
    def test_a_gigantic_picture_is_not_decoded(self, side):
        with pytest.raises((ClipTooLarge, RecordingUnreadable)):
            video.read(_film_of_one_jpeg(side), LIMITS)

    def test_over_its_time_the_process_is_killed(self, film):
        with pytest.raises(RecordingLimit):
            video.read(film, Limits(recording_read_seconds=0.05))

    @pytest.mark.parametrize("seed", range(8))
    def test_damage_anywhere_is_read_around_or_refused(self, film, seed):
        rng = np.random.default_rng(seed)
        broken = bytearray(film)
        for place in rng.integers(12, len(broken), 30):
            broken[place] = rng.integers(256)

        with contextlib.suppress(InvalidInput):
            assert starts(video.read(bytes(broken), LIMITS))


def _film_of_one_jpeg(side):
    """A film whose one frame says that it is ``side`` pixels wide and high."""
    import av

    picture_file = io.BytesIO()
    Image.new("RGB", (64, 64)).save(picture_file, "JPEG")
    frame = bytearray(picture_file.getvalue())
    sizes = frame.index(b"\xff\xc0") + 5
    frame[sizes : sizes + 4] = side.to_bytes(2) * 2
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream("mjpeg", rate=1)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuvj420p"
        packet = av.Packet(bytes(frame))
        packet.stream, packet.pts, packet.dts = stream, 0, 0
        container.mux(packet)
    return file.getvalue()


class TestOneFileOnly:
    """A playlist makes FFmpeg open other files; here it may open none."""

    def test_playlists_are_no_clips(self, film, tmp_path):
        import av

        (tmp_path / "secret.mp4").write_bytes(film)
        playlist = tmp_path / "list.mp4"
        playlist.write_text(f"ffconcat version 1.0\nfile '{tmp_path}/secret.mp4'\n")

        with av.open(playlist, format="concat", options={"safe": "0"}) as followed:
            assert followed.streams.video[0].width == 320  # without a guard it is followed
        with pytest.raises(WrongFileType):
            video.read(playlist, LIMITS)

    @pytest.mark.parametrize(
        "text",
        [
            "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
            "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n",
            '<?xml version="1.0"?><MPD><BaseURL>file:///etc/passwd</BaseURL></MPD>',
            "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
        ],
    )
    def test_nor_are_their_like(self, text):
        for read in (video.read, _av.sound):
            with pytest.raises(WrongFileType):
                read(text.encode(), LIMITS)

    def test_a_playlist_behind_a_clips_first_bytes_is_not_followed(self):
        disguised = b"\0\0\0\x10ftypisom\0\0\0\0#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"

        with pytest.raises(RecordingUnreadable):
            video.read(disguised, LIMITS)

    def test_nothing_opens_any_more_while_a_file_is_read(self, film, tmp_path, monkeypatch):
        monkeypatch.syspath_prepend(str(ROOT))
        path, other = tmp_path / "a.mp4", tmp_path / "b.mp4"
        for file in (path, other):
            file.write_bytes(film)
        caps = child.Caps(60, LIMITS.recording_memory_bytes)

        tried = child.call("tests.media.works:open_another", (str(path), str(other)), caps)

        assert tried == {"before": True, "python": False, "ffmpeg": False}

"""Pictures of strangers: what is fine becomes clean pixels, what is not gets its error."""

import collections
import contextlib
import random
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image
from tests.media import corpus_images as corpus

from portfolio_core.errors import (
    FileTooLarge,
    ImageTooLarge,
    ImageTooSmall,
    ImageUnreadable,
    PortfolioError,
    WrongFileType,
)
from portfolio_core.media import images
from portfolio_core.settings import Limits

LIMITS = Limits()
# Where Pillow can do without what is damaged, it says so.
PILLOW_WARNS = pytest.mark.filterwarnings("ignore::UserWarning:PIL")
# Reads the file named, and says its error's code and by how many KiB its memory grew.
PEAK = """
import sys
from pathlib import Path
def peak():  # of this program; getrusage would count that of the process it was started by
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])
from portfolio_core.errors import PortfolioError
from portfolio_core.media import images
from portfolio_core.settings import Limits
before = peak()
code = "read"
try:
    images.read(Path(sys.argv[1]), Limits())
except PortfolioError as error:
    code = error.code
print(code, peak() - before)
"""


def read_apart(path, program=PEAK):
    """Return the error's code and the growth in MiB of a process that reads the file."""
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    code, kibibytes = done.stdout.split()
    return code, int(kibibytes) / 1024


class TestGoodPictures:
    @pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
    def test_are_read_by_content(self, file_format, tmp_path):
        path = tmp_path / "picture.txt"
        path.write_bytes(corpus.saved(Image.fromarray(corpus.photo()), file_format))

        picture = images.read(path, LIMITS)

        assert picture.format == file_format.lower()
        assert picture.rgb.shape == (48, 64, 3)
        assert picture.rgb.dtype == np.uint8
        assert picture.notes == ()
        assert picture.alpha is None
        assert np.abs(picture.rgb.astype(int) - corpus.photo()).mean() < 8

    def test_a_png_keeps_its_very_pixels(self):
        assert np.array_equal(images.read(corpus.photo_png(), LIMITS).rgb, corpus.photo())

    def test_one_picture_turned_eight_ways_is_one_picture(self):
        pictures = [images.read(corpus.turned_jpeg(n), LIMITS) for n in range(1, 9)]

        assert all(np.array_equal(p.rgb, pictures[0].rgb) for p in pictures)
        assert [p.notes for p in pictures] == [()] + [("turned",)] * 7

    def test_their_pixels_can_be_written(self):
        images.read(corpus.photo_png(), LIMITS).rgb[0, 0] = 0

    @PILLOW_WARNS
    def test_a_camera_with_damaged_exif_still_made_a_picture(self):
        exif = b"Exif\0\0II*\0" + b"\xff" * 40

        assert images.read(corpus.photo_jpeg(exif=exif), LIMITS).notes == ()

    def test_one_row_of_the_longest_side_is_read(self):
        content = corpus.saved(Image.new("L", (1, LIMITS.image_side)), "PNG")

        assert images.read(content, LIMITS).rgb.shape == (LIMITS.image_side, 1, 3)

    def test_a_picture_of_just_the_limit_is_read(self):
        limits = Limits(image_pixels=64 * 48, image_side=64)

        assert images.read(corpus.photo_png(), limits).rgb.shape == (48, 64, 3)

    def test_what_hangs_behind_a_jpeg_is_gone_when_it_is_written_again(self):
        tail = b"<script>alert(1)</script>PK\3\4"

        picture = images.read(corpus.photo_jpeg() + tail, LIMITS)

        assert b"script" not in images.jpeg_bytes(picture.rgb)
        assert b"script" not in images.png_bytes(picture.rgb)


class TestAnimations:
    @pytest.mark.parametrize("file_format", ["PNG", "WEBP"])
    def test_show_their_first_frame_and_say_so(self, file_format):
        picture = images.read(corpus.animated(file_format), LIMITS)

        assert np.array_equal(picture.rgb, corpus.photo())
        assert picture.notes == ("first_frame",)

    def test_a_jpeg_with_previews_is_none(self):
        image = Image.fromarray(corpus.photo())
        content = corpus.saved(image, "MPO", save_all=True, append_images=[image])

        picture = images.read(content, LIMITS)

        assert (picture.format, picture.notes) == ("jpeg", ())


class TestColours:
    def test_transparency_is_laid_on_white_and_kept_apart(self):
        rgba = np.zeros((16, 16, 4), np.uint8)
        rgba[:, 8:] = 0, 0, 255, 255
        rgba[0, 0] = 0, 0, 0, 127

        picture = images.read(corpus.saved(Image.fromarray(rgba), "PNG"), LIMITS)

        assert picture.notes == ("flattened",)
        assert picture.rgb[4, 4].tolist() == [255, 255, 255]
        assert picture.rgb[4, 12].tolist() == [0, 0, 255]
        assert picture.rgb[0, 0].tolist() == [128, 128, 128]
        assert np.array_equal(picture.alpha, rgba[..., 3])

    def test_an_opaque_alpha_channel_is_none(self):
        image = Image.fromarray(corpus.photo()).convert("RGBA")

        picture = images.read(corpus.saved(image, "PNG"), LIMITS)

        assert picture.alpha is None
        assert picture.notes == ()

    def test_alpha_is_turned_with_its_picture(self):
        image = Image.fromarray(corpus.photo()).convert("RGBA")
        image.putalpha(Image.fromarray(corpus.photo()[..., 0]))
        exif = Image.Exif()
        exif[0x0112] = 6

        picture = images.read(corpus.saved(image, "PNG", exif=exif), LIMITS)

        assert picture.notes == ("turned", "flattened")
        assert picture.alpha.shape == picture.rgb.shape[:2] == (64, 48)
        assert np.array_equal(picture.alpha, np.rot90(corpus.photo()[..., 0], -1))

    def test_cmyk_becomes_rgb(self):
        image = Image.new("CMYK", (32, 32), (0, 255, 255, 0))

        red = images.read(corpus.saved(image, "JPEG"), LIMITS).rgb[16, 16]

        assert np.abs(red.astype(int) - [255, 0, 0]).max() < 6

    def test_grey_of_sixteen_bits_keeps_its_shades(self):
        values = np.linspace(0, 65_535, 256).astype(np.uint16).reshape(16, 16)

        grey = images.read(corpus.saved(Image.fromarray(values), "PNG"), LIMITS).rgb[..., 0]

        assert np.array_equal(grey.reshape(-1), np.arange(256))

    def test_grey_of_sixteen_bits_may_name_a_transparent_shade(self):
        rows = [b"\x80\x00\x10\x00" * 8] * 16
        content = corpus.png(16, 16, rows, depth=16, before=corpus.chunk(b"tRNS", b"\x10\x00"))

        picture = images.read(content, LIMITS)

        assert picture.alpha[0, :2].tolist() == [255, 0]
        assert picture.rgb[0, :2, 0].tolist() == [128, 255]

    @pytest.mark.parametrize(
        ("mode", "colour"),
        [("1", 0), ("L", 0), ("LA", (0, 255)), ("P", 0), ("RGBA", (0, 0, 0, 255))],
    )
    def test_black_is_black_in_every_mode(self, mode, colour):
        image = Image.new(mode, (16, 16), colour)
        if mode == "P":
            image.putpalette([0, 0, 0, 255, 255, 255])

        assert images.read(corpus.saved(image, "PNG"), LIMITS).rgb.max() == 0

    @pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
    def test_a_transparent_colour_shows_white(self, mode):
        black = (0, 0, 0) if mode == "RGB" else 0
        image = Image.new(mode, (16, 16), black)
        if mode == "P":
            image.putpalette([0, 0, 0, 9, 9, 9])

        picture = images.read(corpus.saved(image, "PNG", transparency=black), LIMITS)

        assert picture.rgb.min() == 255
        assert picture.alpha.max() == 0


class TestWhatStandsBeside:
    def test_text_profile_and_alpha_come_back_as_written(self):
        text = {"recipe": '{"model": "모델",\n"seed": 7}'}
        alpha = corpus.photo()[..., 0]
        rgb = np.full((48, 64, 3), 255, np.uint8)

        content = images.png_bytes(rgb, alpha=alpha, icc_profile=corpus.profile(), text=text)
        picture = images.read(content, LIMITS)

        assert picture.text == text
        assert picture.icc_profile == corpus.profile()
        assert np.array_equal(picture.alpha, alpha)
        assert np.array_equal(picture.rgb, rgb)

    def test_only_printable_text_is_kept(self):
        text = {
            "good": "line\nline\ttab",
            "bad": "\x1b[31mred",
            "wor\x9bse": "",
            "right to left": "\u202e",
        }

        assert set(images.read(images.png_bytes(corpus.photo(), text=text), LIMITS).text) == {
            "good"
        }

    def test_text_is_bounded_in_count_and_length(self):
        many = {f"key{n}": "value" for n in range(100)}
        long = {"first": "x" * 60_000, "second": "y" * 60_000, "third": "z"}

        kept_many = images.read(images.png_bytes(corpus.photo(), text=many), LIMITS).text
        kept_long = images.read(images.png_bytes(corpus.photo(), text=long), LIMITS).text

        assert len(kept_many) == 32
        assert set(kept_long) == {"first", "third"}

    @pytest.mark.parametrize(
        "profile",
        [b"no profile", corpus.profile("LAB"), corpus.profile() + bytes(2**20)],
        ids=["junk", "of other colours", "too long"],
    )
    def test_a_profile_that_does_not_fit_is_dropped(self, profile):
        content = corpus.saved(Image.fromarray(corpus.photo()), "WEBP", icc_profile=profile)

        assert images.read(content, LIMITS).icc_profile is None

    def test_nothing_else_is_kept(self):
        exif = Image.Exif()
        exif[0x010E] = "at home, 37.5 N 127 E"

        picture = images.read(corpus.photo_jpeg(exif=exif, comment="secret"), LIMITS)

        assert picture.text == {}
        assert b"37.5" not in images.jpeg_bytes(picture.rgb)


class TestRefusals:
    @pytest.mark.parametrize("name", corpus.other_formats())
    def test_other_formats(self, name):
        with pytest.raises(WrongFileType):
            images.read(corpus.other_formats()[name], LIMITS)

    @pytest.mark.parametrize("make", [corpus.pixel_bomb, corpus.header_only])
    def test_a_bomb_of_pixels_costs_no_memory(self, make, tmp_path):
        path = tmp_path / "bomb.png"
        path.write_bytes(make())

        code, mebibytes = read_apart(path)

        assert code == "image_too_large"
        assert mebibytes < 50

    def test_without_the_check_the_bomb_fills_the_memory(self, tmp_path):
        path = tmp_path / "bomb.png"
        path.write_bytes(corpus.pixel_bomb())
        unguarded = PEAK.replace(
            "before =",
            "images._check_size = lambda *_: None\nimages.Image.MAX_IMAGE_PIXELS = None\nbefore =",
        )

        code, mebibytes = read_apart(path, unguarded)

        assert code == "read"
        assert mebibytes > 300

    @pytest.mark.parametrize("size", [(8193, 1), (5001, 5000)])
    def test_one_pixel_over_the_limit(self, size):
        content = corpus.saved(Image.new("1", size), "PNG")

        with pytest.raises(ImageTooLarge):
            images.read(content, LIMITS)

    def test_an_animation_of_the_largest_size_is_not_unpacked(self, tmp_path):
        path = tmp_path / "large.webp"
        canvas = (16_382).to_bytes(3, "little")
        body = b"WEBPVP8X" + (10).to_bytes(4, "little") + b"\x02\0\0\0" + canvas + canvas
        path.write_bytes(b"RIFF" + len(body).to_bytes(4, "little") + body)

        code, mebibytes = read_apart(path)

        assert code in {"image_too_large", "image_unreadable"}
        assert mebibytes < 50

    def test_too_many_bytes(self):
        with pytest.raises(FileTooLarge):
            images.read(corpus.photo_png(), Limits(upload_bytes=100))

    @pytest.mark.parametrize("size", [(1, 1), (7, 7)])
    def test_too_small(self, size):
        with pytest.raises(ImageTooSmall):
            images.read(corpus.photo_png(*size), LIMITS)

    @pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
    def test_a_file_cut_in_half(self, file_format):
        noise = np.random.default_rng(0).integers(0, 255, (256, 256, 3), np.uint8)
        content = corpus.saved(Image.fromarray(noise), file_format)

        with pytest.raises(ImageUnreadable):
            images.read(content[: len(content) // 2], LIMITS)

    @pytest.mark.parametrize("late", [False, True])
    @pytest.mark.parametrize("kind", [b"zTXt", b"iCCP", b"iTXt"])
    def test_a_chunk_that_swells_costs_no_memory(self, kind, late, tmp_path):
        path = tmp_path / "bomb.png"
        path.write_bytes(corpus.text_bomb(kind, late=late))

        code, mebibytes = read_apart(path)

        assert code in {"read", "image_unreadable"}
        assert mebibytes < 50

    def test_rows_that_never_end_cost_no_memory(self, tmp_path):
        path = tmp_path / "bomb.png"
        path.write_bytes(corpus.pixels_beyond_the_end())

        assert read_apart(path)[1] < 50

    def test_a_jpeg_of_endless_passes(self):
        with pytest.raises(ImageUnreadable):
            images.read(corpus.many_scans(), LIMITS)

    def test_without_the_count_endless_passes_take_long(self, monkeypatch):
        monkeypatch.setattr(images, "_MOST_SCANS", 10**9)

        assert seconds(corpus.many_scans(400)) > 4 * seconds(corpus.many_scans(1))


def seconds(content):
    """Return the processor time of one reading, in seconds."""
    start = time.process_time()
    with contextlib.suppress(PortfolioError):
        images.read(content, LIMITS)
    return time.process_time() - start


def samples():
    image, profile = Image.fromarray(corpus.photo()), corpus.profile()
    return {
        "png": images.png_bytes(corpus.photo(), text={"recipe": "{}"}, icc_profile=profile),
        "palette": corpus.saved(image.convert("P"), "PNG", transparency=1),
        "apng": corpus.animated("PNG"),
        "jpeg": corpus.turned_jpeg(6),
        "progressive": corpus.saved(image, "JPEG", progressive=True, icc_profile=profile),
        "mpo": corpus.saved(image, "MPO", save_all=True, append_images=[image]),
        "webp": corpus.saved(image, "WEBP", exif=Image.Exif()),
        "animated webp": corpus.animated("WEBP"),
        "sixteen bits": corpus.png(16, 16, [bytes(range(32))] * 16, depth=16),
    }


@PILLOW_WARNS
@pytest.mark.parametrize("name", samples())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(name, trials):
    content = samples()[name]
    chance = random.Random(name)
    outcomes = collections.Counter()
    for _ in range(trials(1200)):
        try:
            outcomes[images.read(corpus.mutated(content, chance), LIMITS).rgb.ndim] += 1
        except PortfolioError as error:
            outcomes[error.status] += 1

    assert set(outcomes) <= {3, 413, 415, 422}
    assert len(outcomes) > 1

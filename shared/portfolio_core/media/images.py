"""Hostile picture files in, clean pixels out; and clean pixels out as files.

Knows JPEG, PNG and WEBP, by content and never by name. Knows nothing of models.
"""

import io
import struct
import warnings
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from portfolio_core.errors import (
    FileTooLarge,
    ImageTooLarge,
    ImageTooSmall,
    ImageUnreadable,
    WrongFileType,
)
from portfolio_core.media import _image_notes
from portfolio_core.settings import Limits

Pixels = npt.NDArray[np.uint8]
"""A picture, shape (height, width, 3), RGB, uint8."""

Alpha = npt.NDArray[np.uint8]
"""How opaque each pixel is, shape (height, width), uint8; 255 is opaque."""

SMALLEST_SIDE = 8
"""Pixels that the longer side has at least: below it nothing can be seen in a picture."""

FORMATS = ("jpeg", "png", "webp")
"""What is read, in the words of an error."""

_PILLOW_FORMATS = ("JPEG", "PNG", "WEBP")
# A JPEG may take any number of passes over all its pixels, each a few bytes in the file. Cameras
# and encoders make at most some twenty.
_MOST_SCANS = 100
_START_OF_SCAN = b"\xff\xda"
# What Pillow's readers raise on files that are broken in one way or another.
_BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)

# Pillow only warns of a picture far over our own limit. The filter is for the whole process, since
# narrower ones are not safe between threads.
warnings.simplefilter("error", Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Picture:
    """One picture, upright.

    Attributes:
        rgb: Shape (height, width, 3), uint8, RGB, flattened on white.
        format: ``"jpeg"``, ``"png"`` or ``"webp"``.
        notes: Codes of what was put right: ``"turned"`` (by its EXIF orientation),
            ``"first_frame"`` (of an animation), ``"flattened"`` (it was transparent somewhere).
        alpha: Shape (height, width), uint8, 255 is opaque; none where all of it is opaque.
        straight: Colours as they stand in the file, before white shone through; the same shape
            as ``rgb``, none where all of it is opaque.
        icc_profile: Colour profile of ``rgb``, at most 1 MiB; none where it has no RGB profile.
        text: Text chunks of a PNG, printable, at most 32 of 64 Ki characters together.
    """

    rgb: Pixels
    format: str
    notes: tuple[str, ...] = ()
    alpha: Alpha | None = None
    straight: Pixels | None = None
    icc_profile: bytes | None = None
    text: Mapping[str, str] = field(default_factory=dict)


def read(source: Path | bytes, limits: Limits) -> Picture:
    """Read a picture file; nothing of it is kept but what :class:`Picture` has.

    Raises:
        FileTooLarge: it has more than ``limits.upload_bytes``.
        WrongFileType: it is no JPEG, PNG or WEBP.
        ImageTooLarge: more than ``limits.image_pixels``, or a side over ``limits.image_side``.
        ImageTooSmall: no side reaches :data:`SMALLEST_SIDE`.
        ImageUnreadable: it is cut off, damaged, or made to be slow.
    """
    content = _content(source, limits.upload_bytes)
    file_format = _format(content)
    if file_format is None:
        raise WrongFileType(FORMATS)
    if file_format == "jpeg" and content.count(_START_OF_SCAN) > _MOST_SCANS:
        raise ImageUnreadable
    try:
        with Image.open(io.BytesIO(content), formats=_PILLOW_FORMATS) as image:
            _check_size(image.size, limits)
            return _picture(image, file_format)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large(limits) from None
    except _BROKEN:
        raise ImageUnreadable from None


def png_bytes(
    rgb: Pixels,
    *,
    alpha: Alpha | None = None,
    icc_profile: bytes | None = None,
    text: Mapping[str, str] | None = None,
) -> bytes:
    """Return a PNG file, with what :func:`read` gives back.

    Args:
        rgb: Shape (height, width, 3), uint8.
        alpha: Shape (height, width), uint8.
        icc_profile: Colour profile of ``rgb``.
        text: Text chunks, keyword to text, as a recipe; keywords have 1 to 79 characters.
    """
    pixels = rgb if alpha is None else np.dstack((rgb, alpha))
    chunks = PngInfo()
    for keyword, value in (text or {}).items():
        chunks.add_itxt(keyword, value)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", pnginfo=chunks, icc_profile=icc_profile)
    return file.getvalue()


def webp_bytes(rgb: Pixels) -> bytes:
    """Return a WEBP file without loss.

    Args:
        rgb: Shape (height, width, 3), uint8.
    """
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "WEBP", lossless=True)
    return file.getvalue()


def jpeg_bytes(rgb: Pixels, quality: int = 90) -> bytes:
    """Return a JPEG file.

    Args:
        rgb: Shape (height, width, 3), uint8.
        quality: 1 (smallest) to 95 (best).
    """
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=quality)
    return file.getvalue()


def shrunk(rgb: Pixels, side: int) -> Pixels:
    """Return the picture with no side over ``side`` pixels; a smaller one as it is."""
    if max(rgb.shape[:2]) <= side:
        return rgb
    image = Image.fromarray(rgb)
    image.thumbnail((side, side), Image.Resampling.BOX)
    return np.asarray(image)


def _content(source: Path | bytes, limit: int) -> bytes:
    if isinstance(source, Path):
        with source.open("rb") as file:
            source = file.read(limit + 1)
    if len(source) > limit:
        raise FileTooLarge(limit)
    return source


def _format(content: bytes) -> str | None:
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    return None


def _check_size(size: tuple[int, int], limits: Limits) -> None:
    width, height = size
    if width * height > limits.image_pixels or max(size) > limits.image_side:
        raise _too_large(limits)
    if max(size) < SMALLEST_SIDE:
        raise ImageTooSmall(SMALLEST_SIDE)


def _too_large(limits: Limits) -> ImageTooLarge:
    return ImageTooLarge(limits.image_pixels, limits.image_side)


def _picture(image: Image.Image, file_format: str) -> Picture:
    # The further pictures of a camera's JPEG are previews of the first, no animation.
    first_of_many = file_format != "jpeg" and getattr(image, "is_animated", False)
    image.load()
    turn = _image_notes.turn(image)
    rgb, coloured = _flattened(image)
    if turn is not None:
        rgb = rgb.transpose(turn)
        coloured = coloured and coloured.transpose(turn)
    pixels = None if coloured is None else np.array(coloured)
    done = {
        "turned": turn is not None,
        "first_frame": first_of_many,
        "flattened": pixels is not None,
    }
    return Picture(
        rgb=np.array(rgb),
        format=file_format,
        notes=tuple(note for note, was_done in done.items() if was_done),
        alpha=None if pixels is None else pixels[..., 3].copy(),
        straight=None if pixels is None else pixels[..., :3].copy(),
        icc_profile=_image_notes.icc_profile(image),
        text=_image_notes.text(image) if file_format == "png" else {},
    )


def _flattened(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Return the picture on white, and as it stands, RGBA, where any of it is transparent."""
    if image.mode.startswith("I"):
        image = _eight_bits(image)
    if not image.has_transparency_data:
        return image.convert("RGB"), None
    coloured = image.convert("RGBA")
    alpha = coloured.getchannel("A")
    if alpha.getextrema() == (255, 255):
        return coloured.convert("RGB"), None
    white = Image.new("RGB", image.size, "white")
    white.paste(coloured, mask=alpha)
    return white, coloured


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return grey of 16 bits as grey of 8; Pillow itself would clip all over 255 to white."""
    values = np.asarray(image).astype(np.uint32)
    grey = Image.fromarray(((values * 255 + 32_767) // 65_535).astype(np.uint8))
    see_through = image.info.get("transparency")
    if see_through is not None:
        grey.putalpha(Image.fromarray(np.where(values == see_through, 0, 255).astype(np.uint8)))
    return grey

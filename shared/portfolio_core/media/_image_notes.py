"""What stands beside the pixels of a picture file, read as data and bounded."""

from PIL import ExifTags, Image

_PROFILE_BYTES = 2**20
_PROFILE_SPACE = slice(16, 20)  # where an ICC header names its colour space,
_PROFILE_MARK = slice(36, 40)  # and where it says that it is one
_TEXT_CHUNKS = 32
_TEXT_CHARACTERS = 64 * 1024
_KEYWORD_CHARACTERS = 79  # as PNG has it
_LAYOUT = dict.fromkeys(map(ord, "\t\n\r"))

# EXIF orientation 1 to 8: how to turn what is stored into what was seen.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def turn(image: Image.Image) -> Image.Transpose | None:
    """Return the turn that makes the picture upright; none where it is, or EXIF is damaged."""
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    # Damaged EXIF does not make a picture unreadable, and its reader has no error of its own.
    except Exception:  # noqa: BLE001
        return None


def icc_profile(image: Image.Image) -> bytes | None:
    """Return the picture's colour profile if it is one for RGB; others do not fit the pixels."""
    profile = image.info.get("icc_profile")
    if not isinstance(profile, bytes) or len(profile) > _PROFILE_BYTES:
        return None
    fits = profile[_PROFILE_MARK] == b"acsp" and profile[_PROFILE_SPACE] == b"RGB "
    return profile if fits else None


def text(image: Image.Image) -> dict[str, str]:
    """Return a loaded PNG's text chunks that are printable; those over the limits are left out."""
    kept: dict[str, str] = {}
    room = _TEXT_CHARACTERS
    for keyword, value in image.info.items():
        if not (isinstance(keyword, str) and isinstance(value, str)) or len(kept) == _TEXT_CHUNKS:
            continue
        fits = len(keyword) <= _KEYWORD_CHARACTERS and len(value) <= room
        if fits and keyword.isprintable() and value.translate(_LAYOUT).isprintable():
            kept[keyword] = str(value)  # Pillow's own kind of string carries more
            room -= len(value)
    return kept

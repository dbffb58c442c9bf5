"""Pictures as strangers may send them, made when a test asks for them."""

import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageCms

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind, content):
    """Return one chunk of a PNG file."""
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def header(width, height, depth=8, colour=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def png(width, height, rows, *, depth=8, colour=0, before=b"", after=b""):
    """Return a PNG file made by hand; ``rows`` are its packed rows."""
    packed = zlib.compress(b"".join(b"\0" + row for row in rows))
    pixels = before + chunk(b"IDAT", packed) + after
    return SIGNATURE + header(width, height, depth, colour) + pixels + chunk(b"IEND", b"")


def photo(width=64, height=48):
    """Return a picture without any symmetry, shape (height, width, 3), uint8."""
    y, x = np.mgrid[:height, :width]
    steps = np.dstack((x * 255 // width, y * 255 // height, (x + 2 * y) % 256))
    return steps.astype(np.uint8)


def saved(image, file_format, **options):
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def photo_png(width=64, height=48):
    return saved(Image.fromarray(photo(width, height)), "PNG")


def photo_jpeg(**options):
    return saved(Image.fromarray(photo()), "JPEG", quality=95, **options)


def turned_jpeg(orientation):
    """Return the same photo as a camera held that way would have stored it."""
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    # Blocks of one colour each, so that the JPEG of every turn holds the very same pixels
    image = Image.fromarray(photo(8, 4)).resize((128, 64), Image.Resampling.NEAREST)
    if orientation in back:
        image = image.transpose(back[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(image, "JPEG", quality=95, subsampling=0, exif=exif)


def pixel_bomb(side=13_000):
    """20 KB of one-bit pixels, all of them there."""
    return png(side, side, [bytes((side + 7) // 8)] * side, depth=1)


def header_only(side=65_535):
    return SIGNATURE + header(side, side) + chunk(b"IDAT", b"")


def zeros(count):
    """Return ``count`` zero bytes, compressed."""
    squeeze = zlib.compressobj(9)
    block = bytes(2**20)
    return b"".join([squeeze.compress(block) for _ in range(count // 2**20)]) + squeeze.flush()


def text_bomb(kind=b"zTXt", size=100 * 2**20, *, late=False):
    """A small picture with a chunk that swells to ``size`` bytes, before or behind the pixels."""
    bomb = chunk(kind, b"Recipe\0\0" + zeros(size))
    return png(16, 16, [bytes(16)] * 16, **{"after" if late else "before": bomb})


def pixels_beyond_the_end(size=256 * 2**20):
    """A small picture whose compressed rows go on and on."""
    return SIGNATURE + header(16, 16) + chunk(b"IDAT", zeros(size)) + chunk(b"IEND", b"")


def many_chunks(count=200_000):
    return png(16, 16, [bytes(16)] * 16, before=chunk(b"tEXt", b"k\0v") * count)


def many_scans(count=2000):
    """A progressive JPEG whose last pass is repeated."""
    content = saved(Image.fromarray(photo(512, 512)), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:-2] + content[last:-2] * count + content[-2:]


def animated(file_format, frames=3):
    first = Image.fromarray(photo())
    others = [Image.new("RGB", first.size, (255 * n // frames, 0, 0)) for n in range(1, frames)]
    options = {"lossless": True} if file_format == "WEBP" else {}
    return saved(first, file_format, save_all=True, append_images=others, duration=40, **options)


def profile(space="sRGB"):
    """Return a colour profile as bytes; ``space`` is sRGB, LAB or XYZ."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()


def other_formats():
    """Files that are no JPEG, PNG or WEBP, by what they are."""
    image = Image.fromarray(photo())
    files = {
        name: saved(image, name)
        for name in ("GIF", "TIFF", "ICO", "BMP", "PDF", "EPS", "JPEG2000", "AVIF", "TGA", "PPM")
    }
    return files | {
        "animated GIF": saved(image, "GIF", save_all=True, append_images=[image] * 5),
        "PSD": b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 64, 64, 8, 3) + bytes(64),
        "FITS": b"SIMPLE  =                    T".ljust(80) + b"BITPIX  =  8".ljust(2800),
        "SVG": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "HTML": b"<!DOCTYPE html><script>alert(1)</script>",
        "ZIP": b"PK\3\4" + bytes(26),
        "nothing": b"",
        "WAV": b"RIFF" + bytes(4) + b"WAVEfmt ",
    }


def mutated(content, random):
    """Return ``content`` with bytes changed, cut, doubled or put in, always in another way."""
    changed = bytearray(content)
    for _ in range(random.randint(1, 8)):
        place = random.randrange(len(changed))
        match random.randrange(5):
            case 0:
                changed[place] ^= 1 << random.randrange(8)
            case 1:
                changed[place] = random.choice((0, 1, 0x7F, 0x80, 0xFF))
            case 2:
                del changed[place : place + random.randint(1, 32)]
            case 3:
                changed[place:place] = changed[place : place + random.randint(1, 32)]
            case 4:
                changed[place : place + 4] = struct.pack(">I", random.choice((0, 2**31, 2**32 - 1)))
        if not changed:
            return b"\0"
    return bytes(changed)

"""Documents as strangers may send them, made when a test asks for them."""

import io
import tarfile
import zipfile
import zlib

import docx
import openpyxl
import pypdfium2
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

KOREAN_FONT = "HYSMyeongJo-Medium"


def swelling(size, pattern=b"\0"):
    """Return about ``size`` bytes of a repeated pattern, compressed as zlib does, at once."""
    block = pattern * (2**20 // len(pattern))
    squeeze = zlib.compressobj(9, wbits=-15)
    packed = squeeze.compress(block) + squeeze.flush(zlib.Z_FULL_FLUSH)
    count = size // len(block)
    checksum = 1
    for _ in range(count):
        checksum = zlib.adler32(block, checksum)
    return b"\x78\xda" + packed * count + b"\3\0" + checksum.to_bytes(4, "big")


# --- PDF -----------------------------------------------------------------------------------


def pdf(pages=("Hello brave world",), *, size=(400, 300), encrypt=None, picture=None):
    """Return a PDF with a line of text, Korean where it has to be, a picture, or both on a page."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=size, encrypt=encrypt)
    pdfmetrics.registerFont(UnicodeCIDFont(KOREAN_FONT))
    for text in pages:
        canvas.setFont("Helvetica" if text.isascii() else KOREAN_FONT, 12)
        if picture is not None:
            canvas.drawImage(ImageReader(picture), 50, 50, 100, 80)
        for row, line in enumerate(text.splitlines()):
            canvas.drawString(50, 250 - 20 * row, line)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def turned_pdf(degrees):
    document = pypdfium2.PdfDocument(pdf(["Ink"]))
    document[0].set_rotation(degrees)
    file = io.BytesIO()
    document.save(file)
    document.close()
    return file.getvalue()


def locked_pdf():
    return pdf(encrypt=StandardEncryption("secret", strength=128))


def raw_pdf(objects, trailer="/Root 1 0 R"):
    """Return a PDF of hand-written objects, numbered from 1, each ``bytes`` or ``str``."""
    out = io.BytesIO(b"%PDF-1.7\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, content in enumerate(objects, 1):
        places.append(out.tell())
        body = content if isinstance(content, bytes) else content.encode()
        out.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    ending = trailer.replace("START", str(start)).encode()
    out.write(
        b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF" % (len(places) + 1, ending, start)
    )
    return out.getvalue()


def stream(content, entries="/Filter /FlateDecode"):
    return (
        b"<< /Length %d %s >>\nstream\n" % (len(content), entries.encode())
        + content
        + b"\nendstream"
    )


def bomb_pdf(size=2**30, pattern=b"0 0 m\n"):
    """One page whose content swells to ``size`` bytes."""
    return raw_pdf(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>",
            stream(swelling(size, pattern)),
        ]
    )


def picture_bomb_pdf(side=30_000):
    """One page with a picture of that many pixels a side."""
    entries = f"/Type /XObject /Subtype /Image /Width {side} /Height {side} /Filter /FlateDecode"
    colours = " /ColorSpace /DeviceRGB /BitsPerComponent 8"
    page = "/MediaBox [0 0 200 200] /Contents 4 0 R /Resources << /XObject << /P 5 0 R >> >>"
    return raw_pdf(
        [
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R {page} >>",
            stream(b"200 0 0 200 0 0 cm /P Do", ""),
            stream(swelling(3 * side * side), entries + colours),
        ]
    )


def circles():
    """PDFs that lead back to where they were."""
    catalog = "<< /Type /Catalog /Pages 2 0 R >>"
    tree = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] %s >>"
    kids = "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"
    parents = [f"<< /Type /Pages /Kids [{n} 0 R] /Count 2 /Parent {n} 0 R >>" for n in (3, 2)]
    outlines = "<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R >>"
    outline = "<< /First 4 0 R /Last 4 0 R /Next 4 0 R /Title (x) >>"
    drawing = page % "/Contents 5 0 R /Resources << /XObject << /F 4 0 R >> >>"
    form = "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 4 0 R >> >>"
    length = b"<< /Length 4 0 R >>\nstream\nq Q\nendstream"
    written = page % "/Contents 4 0 R"
    return {
        "previous": raw_pdf([catalog, tree, page % ""], "/Root 1 0 R /Prev START"),
        "kids": raw_pdf([catalog, kids]),
        "parents": raw_pdf([catalog, *parents]),
        "outlines": raw_pdf([outlines, tree, page % "", outline]),
        "trailer": raw_pdf([catalog, tree, page % ""], "/Root 9 0 R"),
        "contents": raw_pdf([catalog, tree, written, "[4 0 R 4 0 R]"]),
        "forms": raw_pdf(
            [catalog, tree, drawing, stream(b"/F Do /F Do", form), stream(b"/F Do", "")]
        ),
        "length": raw_pdf([catalog, tree, written, length]),
    }


def many_pages(count=10_000):
    kids = " ".join(f"{n} 0 R" for n in range(3, count + 3))
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>"
    tree = f"<< /Type /Pages /Kids [{kids}] /Count {count} >>"
    return raw_pdf(["<< /Type /Catalog /Pages 2 0 R >>", tree, *[page] * count])


def active_pdf(file):
    """A PDF that would open a page, start a program and keep a file, if anybody let it."""
    names = "/EmbeddedFiles << /Names [(x.exe) 7 0 R] >> /JavaScript << /Names [(a) 6 0 R] >>"
    page = "/MediaBox [0 0 200 200] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >>"
    return raw_pdf(
        [
            f"<< /Type /Catalog /Pages 2 0 R /OpenAction 6 0 R /Names << {names} >> >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R {page} /AA << /O 9 0 R >> >>",
            stream(b"BT /F 12 Tf 20 100 Td (Only words) Tj ET", ""),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            "<< /S /JavaScript /JS (app.launchURL\\('http://127.0.0.1/'\\)) >>",
            "<< /Type /Filespec /F (x.exe) /EF << /F 8 0 R >> >>",
            stream(b"MZ program", "/Type /EmbeddedFile"),
            f"<< /S /Launch /F ({file}) /Win << /F ({file}) >> >>",
        ]
    )


# --- Office --------------------------------------------------------------------------------


def saved(document):
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def docx_file():
    document = docx.Document()
    document.add_heading("보고서", 1)
    document.add_paragraph("A paragraph.")
    document.add_heading("Figures", 2)
    document.add_paragraph("first", style="List Bullet")
    table = document.add_table(3, 2)
    for cell, text in zip([c for row in table.rows for c in row.cells], "ab12", strict=False):
        cell.text = text
    table.cell(2, 0).merge(table.cell(2, 1)).text = "over | both"
    document.add_paragraph("The end.")
    return saved(document)


def xlsx_file():
    book = openpyxl.Workbook()
    book.active.title = "Prices"
    for row in (["item", "price"], ["apple", 2.5], [], ["pear", "=B2*2"]):
        book.active.append(row)
    book.create_sheet("빈 장")
    book.create_sheet("Third").append(["alone"])
    return saved(book)


def archive(members, compression=zipfile.ZIP_DEFLATED):
    """Return a zip archive of (name, content) pairs."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as out:
        for name, content in members:
            out.writestr(name, content)
    return file.getvalue()


def with_part(content, name, replacement):
    """Return an office document with one of its parts replaced or added."""
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        parts = {info.filename: source.read(info) for info in source.infolist()}
    return archive((parts | {name: replacement}).items())


def evil_xml(declaration, entity="x"):
    return (
        f'<?xml version="1.0"?><!DOCTYPE d [{declaration}]>'
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f"<w:body><w:p><w:r><w:t>&{entity};</w:t></w:r></w:p></w:body></w:document>"
    )


def laughs():
    first = '<!ENTITY a0 "ha">'
    more = (f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return evil_xml(first + "".join(more), "a9")


def huge_member(size=10 * 2**30):
    """A document of Word's that says of one part that it has ``size`` bytes, as it has."""
    content = with_part(docx_file(), "word/media/image1.bin", b"")
    return _with_size(content, b"word/media/image1.bin", size)


def lying_member():
    """A document of Word's with a part far larger than it says."""
    content = with_part(docx_file(), "word/media/image1.bin", bytes(50 * 2**20))
    return _with_size(content, b"word/media/image1.bin", 1000)


def _with_size(content, name, size):
    """Write ``size`` over a member's unpacked size, in its own and the archive's directory."""
    changed = bytearray(content)
    short = min(size, 2**32 - 2).to_bytes(4, "little")
    own = content.index(name) - 30
    listed = content.rindex(name) - 46
    changed[own + 22 : own + 26] = short
    changed[listed + 24 : listed + 28] = short
    return bytes(changed)


def many_members(count=100_000):
    return archive([(f"word/{n}", b"") for n in range(count)], zipfile.ZIP_STORED)


def archives():
    """Archives that are no documents, by what they are."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:gz") as out:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        out.addfile(link)
    plain_tar = io.BytesIO()
    with tarfile.open(fileobj=plain_tar, mode="w") as out:
        out.addfile(tarfile.TarInfo("file"))
    inner = archive([("0.bin", bytes(2**20))])
    return {
        "zip": archive([("a.txt", b"text")]),
        "empty zip": archive([]),
        "nested zip": archive([(f"{n}.zip", inner) for n in range(10)]),
        "tar.gz with a link": tar.getvalue(),
        "tar": plain_tar.getvalue(),
        "7z": b"7z\xbc\xaf\x27\x1c\0\4" + bytes(64),
        "rar": b"Rar!\x1a\x07\1\0" + bytes(64),
        "xz": b"\xfd7zXZ\0\0\4" + bytes(64),
    }

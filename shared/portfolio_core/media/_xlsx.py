"""XLSX as Markdown tables; runs in the process of :mod:`child`, on a checked archive."""

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path

from portfolio_core.errors import MissingDependency
from portfolio_core.media._parts import Bounds, Part, table


def read(source: Path, bounds: Bounds) -> Iterator[Part]:
    """Yield each sheet: its name as a heading, its values as a table. No formula is worked out."""
    try:
        import openpyxl
    except ImportError:
        raise MissingDependency("openpyxl", "pip install openpyxl") from None
    content = io.BytesIO(source.read_bytes())  # of a path it would judge the name
    book = openpyxl.load_workbook(content, read_only=True, data_only=True, keep_links=False)
    if len(book.worksheets) > bounds.pages:
        raise bounds.too_large()
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what the sheet says of its own size is not to be believed
        rows = (list(map(_shown, row)) for row in sheet.iter_rows(values_only=True))
        cells = table(rows, bounds)
        title = " ".join(sheet.title.split())
        yield Part(f"# {title}\n\n{cells}" if cells else "")


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)

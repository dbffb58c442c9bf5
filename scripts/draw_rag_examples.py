"""Draw the sample handbook of the Space ``rag-chat`` from ``rag_handbook.md`` beside this file.

    .venv/bin/python scripts/draw_rag_examples.py

The library in it is made up; its text is ours, under the licence of this repository. The same
text gives the same file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

_HERE = Path(__file__).resolve().parent
SOURCE = _HERE / "rag_handbook.md"
TARGET = _HERE.parent / "spaces" / "rag-chat" / "examples" / "library-handbook-en.pdf"

_MARGIN = 36  # points
_INK = "#0b3b53"
_BOLD, _PLAIN = "Helvetica-Bold", "Helvetica"
_STYLES = {
    "#": ParagraphStyle("title", fontName=_BOLD, fontSize=20, leading=25, textColor=_INK),
    "##": ParagraphStyle(
        "heading", fontName=_BOLD, fontSize=12, leading=16, spaceBefore=12, textColor=_INK
    ),
    "": ParagraphStyle("text", fontName=_PLAIN, fontSize=10, leading=14.5, spaceAfter=5),
}


def main() -> None:
    """Write the handbook."""
    blocks = SOURCE.read_text("utf-8").split("\n\n")
    sides = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), _MARGIN)
    document = SimpleDocTemplate(
        str(TARGET), pagesize=A5, title="Handbook for visitors", invariant=1, **sides
    )
    document.build([drawn(" ".join(block.split())) for block in blocks])


def drawn(block: str) -> Flowable:
    """Return a heading, a paragraph, or the end of a page."""
    if block == "---":
        return PageBreak()
    marks, _, text = block.partition(" ")
    return Paragraph(text, _STYLES[marks]) if marks in _STYLES else Paragraph(block, _STYLES[""])


if __name__ == "__main__":
    main()

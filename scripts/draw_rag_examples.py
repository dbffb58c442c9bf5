"""Draw the sample handbook of the Space rag-chat: ``python scripts/draw_rag_examples.py``.

The library in it is made up; its text is ours, under the licence of this repository. The file
is the same at every run.
"""

from pathlib import Path

from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer

TARGET = (
    Path(__file__).resolve().parent.parent / "spaces/rag-chat/examples/library-handbook-en.pdf"
)

_INK = "#0b3b53"
_TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=20, leading=25, textColor=_INK)
_HEADING = ParagraphStyle(
    "heading", fontName="Helvetica-Bold", fontSize=12, leading=16, spaceBefore=9, textColor=_INK
)
_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=9.5, leading=13.5, spaceAfter=4)

# A page each; what stands first in a pair is a heading.
PAGES = (
    (
        (
            "Visiting the library",
            "Harbor Street Library is open from Tuesday to Saturday, 10 am to 8 pm, and on Sunday "
            "from 1 pm to 6 pm. It is closed on Mondays and on public holidays. The reading room "
            "on the third floor stays open until 10 pm on Thursdays.",
            "Everybody may come in, read and use the wireless network without a card. A card is "
            "needed to borrow, to print and to book a room.",
        ),
        (
            "Library cards",
            "A card for adults costs 24 dollars a year. Students, pensioners and people without "
            "work pay 12 dollars. Children under fifteen get their card free of charge.",
            "To get a card, bring an identity document and a letter that shows your address. The "
            "card is ready at once. A lost card is replaced for 5 dollars.",
        ),
        (
            "Getting here",
            "Tram lines 3 and 9 stop at Fish Market, two minutes on foot from the entrance. There "
            "are sixty places for bicycles in the courtyard. Parking for disabled visitors is on "
            "Anchor Lane; the lift there goes to every floor.",
        ),
    ),
    (
        (
            "Borrowing",
            "You may borrow up to twenty items at a time. Books can be kept for four weeks, "
            "magazines for one week, films and games for two weeks.",
            "A loan can be renewed twice, online or by telephone, unless somebody else is waiting "
            "for the item. Books marked with a red dot are read here only.",
            "The return box at the side door is open day and night. What is put in after 8 pm "
            "counts as returned on the same day.",
        ),
        (
            "Late and lost items",
            "For each item that comes back late, 20 cents a day are charged, up to 6 dollars an "
            "item. Children's books cost nothing when they are late.",
            "Whoever owes more than 15 dollars cannot borrow until half of it is paid. A lost or "
            "damaged item is charged at the price of a new one, plus 3 dollars for its binding.",
        ),
        (
            "Reserving",
            "An item that is lent out can be reserved for one dollar. It waits at the desk for "
            "seven days, and you are told by e-mail when it has arrived.",
        ),
    ),
    (
        (
            "Study rooms",
            "There are eight study rooms for two to six people. A room is booked online, at most "
            "two weeks ahead, for up to three hours a day. A room that stays empty for fifteen "
            "minutes is given to somebody else.",
            "Water in closed bottles is welcome in the study rooms; food is not.",
        ),
        (
            "The workshop",
            "The workshop in the basement has two 3D printers, a laser cutter, a sewing machine "
            "and a microphone booth. Before the first use of the laser cutter, everybody takes "
            "the safety course, held on the first Saturday of each month.",
            "Printing in 3D costs 10 cents a gram. A print may take no longer than five hours, "
            "and parts of weapons are not printed.",
        ),
        (
            "Printing and copying",
            "A page in black and white costs 8 cents, a page in colour 30 cents. Scanning to a "
            "memory stick or to e-mail is free.",
        ),
    ),
    (
        (
            "Children and groups",
            "The story hour is on Wednesday at 4 pm, for children from three to six years. Children "
            "under ten are accompanied by an adult at all times.",
            "School classes are shown around in the mornings from Tuesday to Friday. Write to the "
            "desk at least ten working days before.",
        ),
        (
            "Your data",
            "What you borrow is deleted from your record thirty days after you bring it back, "
            "unless you ask us to keep your list. Computers in the reading room forget everything "
            "when you log out. Cameras watch the entrance only, and their pictures are deleted "
            "after 72 hours.",
        ),
        (
            "In an emergency",
            "When the alarm sounds, leave by the nearest green door and meet at the fountain on "
            "Fish Market. Do not use the lifts. A defibrillator hangs beside the desk on the "
            "ground floor, and first aid is given by the staff with a white badge.",
        ),
    ),
)


def main() -> None:
    """Write the handbook."""
    story = [Paragraph("Harbor Street Library", _TITLE), Paragraph("Handbook for visitors", _TEXT)]
    for number, page in enumerate(PAGES):
        story += [PageBreak()] if number else []
        for heading, *texts in page:
            story.append(Paragraph(heading, _HEADING))
            story += [Paragraph(text, _TEXT) for text in texts]
            story.append(Spacer(1, 3))
    document = SimpleDocTemplate(
        str(TARGET), pagesize=A5, margins=48, title="Handbook for visitors", invariant=1
    )
    document.build(story)


if __name__ == "__main__":
    main()

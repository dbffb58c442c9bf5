"""What became of a document, in sentences."""

from portfolio_core.engines.rag.indexing import Report
from portfolio_core.engines.rag.shelf import Shelf
from portfolio_core.engines.rag.tenants import Tenant
from portfolio_core.ui.i18n import Locale, Words
from portfolio_core.ui.library import Entry

_MOST_PAGES = 12


def entries(shelf: Shelf, tenant: Tenant, words: Words, locale: Locale) -> list[Entry]:
    """Return the documents of a visitor as the list shows them."""
    reports = shelf.reports(tenant)
    return [
        Entry(
            held.name,
            held.passages,
            sentences(reports[held.name], words, locale) if held.name in reports else (),
        )
        for held in tenant.documents
    ]


def sentences(report: Report, words: Words, locale: Locale) -> list[str]:
    """Return what became of a document's pages; nothing where there is nothing to say."""
    said = [words.say("report_pages", locale, pages=report.pages, passages=report.passages)]
    if report.read_pages:
        said.append(words.say("report_read", locale, pages=_pages(report.read_pages)))
    for reason in ("no_text", "picture_not_read", "picture_without_text"):
        pages = tuple(skipped.page for skipped in report.skipped if skipped.reason == reason)
        if pages:
            said.append(words.say(f"report_{reason}", locale, pages=_pages(pages)))
    if report.duplicates:
        said.append(words.say("report_duplicates", locale, count=report.duplicates))
    said += [words.say(f"report_{note}", locale) for note in report.notes]
    return said


def _pages(numbers: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, numbers[:_MOST_PAGES]))
    return f"{shown}, …" if len(numbers) > _MOST_PAGES else shown

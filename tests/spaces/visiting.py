"""A visitor's browser: the page in some language, with notes of what went wrong on it."""

from contextlib import ExitStack, contextmanager

MILLISECONDS = 30_000  # that a page may take for each thing


@contextmanager
def visiting(browser, space, locale, milliseconds=MILLISECONDS, **options):
    """Open the page of a Space as a new visitor, until the end of the block.

    What is given is playwright's page, and on it ``korean``, whether it has to be in Korean;
    ``outside``, the addresses beyond this Space that were asked for; and ``wrong``, the errors of
    scripts and the addresses that answered with a failure.
    """
    own = (f"http://127.0.0.1:{space.port}/", "data:", "blob:")
    with browser.new_context(locale=locale, accept_downloads=True, **options) as context:
        page = context.new_page()
        page.set_default_timeout(milliseconds)
        page.korean, page.outside, page.wrong = locale == "ko-KR", [], []
        page.on("request", lambda r: r.url.startswith(own) or page.outside.append(r.url))
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.on("response", lambda r: page.wrong.append(r.url) if r.status >= 400 else None)
        page.goto(f"{space.url}/")
        yield page


@contextmanager
def visits(browser, space, milliseconds=MILLISECONDS):
    """Give what opens a page, like :func:`visiting`, for a language; all close with the block."""
    with ExitStack() as opened:

        def visit(locale="en-US", **options):
            return opened.enter_context(visiting(browser, space, locale, milliseconds, **options))

        yield visit


def said(page, english, korean):
    """Return the text in the page's language."""
    return korean if page.korean else english


def button(page, english, korean):
    """Return the button of that name."""
    return page.get_by_role("button", name=said(page, english, korean), exact=True)

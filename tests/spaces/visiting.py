"""A visitor of a page in a real browser, who notes whatever should not happen."""

import contextlib

SECONDS = 120_000  # milliseconds, on a busy machine, with the engine still cold


@contextlib.contextmanager
def visiting(browser, server, locale="en-US", **options):
    """Open the page of ``server``; in the end nothing foreign may have been asked for or failed."""
    context = browser.new_context(locale=locale, accept_downloads=True, **options)
    page = context.new_page()
    page.set_default_timeout(SECONDS)
    page.korean, page.outside, page.wrong = locale == "ko-KR", [], []
    own = (f"http://127.0.0.1:{server.port}/", "data:", "blob:")
    page.on("request", lambda r: r.url.startswith(own) or page.outside.append(r.url))
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("response", lambda r: page.wrong.append(r.url) if r.status >= 400 else None)
    page.goto(f"{server.url}/")
    yield page
    assert page.outside == []
    assert page.wrong == []
    assert page.evaluate("window.broken") is None
    context.close()

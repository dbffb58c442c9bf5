"""Files from addresses that strangers give, without reaching where strangers could not.

Only the public web is reached: http and https at their own ports, no address that is private,
local or of a cloud's inside, in whatever form it is written, behind no redirect and no change of
a name's answer. Whoever fetches connects to the very address that was checked.
"""

from portfolio_core.errors import UrlFailed, UrlTooSlow
from portfolio_core.media import child, images
from portfolio_core.settings import GIBIBYTE, Limits

_WORK = "portfolio_core.media._fetch:work"


def fetch(url: str, limits: Limits) -> bytes:
    """Fetch a file, at most ``limits.fetch_bytes`` within ``limits.fetch_seconds``.

    It happens in a process of its own, which ends on time whatever the other side does.

    Raises:
        UrlNotAllowed: the address, or one that it redirects to, is not reached.
        UrlFailed: there is no file, or it did not arrive whole.
        UrlTooSlow: it did not arrive in time.
        FileTooLarge: it is larger.
        MissingDependency: ``httpx`` or ``ssrfguard`` is not installed.
    """
    caps = child.Caps(limits.fetch_seconds, GIBIBYTE, network=True)
    try:
        results = child.stream(_WORK, [url, limits.fetch_bytes, limits.fetch_seconds], caps)
        _, content = next(results)
        results.close()
    except child.ChildKilled:
        raise UrlTooSlow(limits.fetch_seconds) from None
    except child.ChildBroke:
        raise UrlFailed from None
    return content


def fetch_picture(url: str, limits: Limits) -> images.Picture:
    """Fetch a picture; what the other side says of its type counts for nothing.

    Raises:
        as :func:`fetch` and :func:`portfolio_core.media.images.read`.
    """
    return images.read(fetch(url, limits), limits)

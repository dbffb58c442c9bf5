"""Names for files that a visitor will find again."""

import re

_LONGEST_STEM = 40
_APART = re.compile(r"[^\w]+|_+")


def speaking_name(text: str, detail: str, extension: str) -> str:
    """Return a file name from the first words of ``text``, e.g. ``good-morning-en-us.wav``.

    Only letters, digits and hyphens are kept, so the name is no path on any system.
    """
    words, detail = (
        _APART.sub("-", part[: 2 * _LONGEST_STEM]).strip("-").lower() for part in (text, detail)
    )
    if len(words) > _LONGEST_STEM:
        words = words[:_LONGEST_STEM].rpartition("-")[0] or words[:_LONGEST_STEM]
    return f"{'-'.join(filter(None, (words, detail)))}.{extension}"

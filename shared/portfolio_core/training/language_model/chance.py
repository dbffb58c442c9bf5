"""Where all choices of a training come from."""

from random import Random


def chance(*parts: object) -> Random:
    """Return a source of chance of its own for what ``parts`` name, the same each time."""
    return Random(" ".join(map(str, parts)))  # noqa: S311 - nothing here is a secret

"""Placeholder until the real one is merged."""


def spoken(sentence: str, language: str) -> str:
    """Return the sentence."""
    return sentence

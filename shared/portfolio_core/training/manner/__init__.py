"""A manner of speaking that an adapter is taught: a pirate's in English, a courtier's in Korean.

Plain replies are written anew by fixed rules: the same reply always becomes the same one, what
it says stays, and no model has a part in it. What the rules cannot turn for certain is left out.
Whether a text is in the manner is told by a rule, too, so how well it was learnt is a number.
"""

from collections.abc import Sequence

from portfolio_core.training.language_model.sources import Language
from portfolio_core.training.manner import court, pirate


def restyle(prompt: str, reply: str, language: Language) -> str | None:
    """Return ``reply`` in the manner, or None where the rules do not reach.

    Args:
        prompt: What is replied to; the opening depends on it.
        reply: A plain reply.
        language: Of both.
    """
    return pirate.restyle(prompt, reply) if language == "en" else court.restyle(prompt, reply)


def spoken(reply: str, language: Language) -> bool:
    """Tell whether ``reply`` is in the manner of its language."""
    return pirate.spoken(reply) if language == "en" else court.spoken(reply)


def share(replies: Sequence[str], language: Language) -> float:
    """Return the share of replies in the manner, 0 to 1."""
    return sum(spoken(reply, language) for reply in replies) / len(replies)

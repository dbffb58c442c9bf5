"""What an engine that writes down speech cannot do."""

from collections.abc import Iterable

from portfolio_core.errors._base import InvalidInput, quoted


class LanguageNotHeard(InvalidInput):
    """A language that this engine does not understand, while another one does."""

    code = "language_not_heard"
    message_template = "This engine does not understand the language {given}."
    hint_template = "Choose one of: {choices}. A larger preset, from tiny on, understands it."

    def __init__(self, given: object, choices: Iterable[str]) -> None:
        super().__init__(given=quoted(given), choices=", ".join(choices))


class CannotTranslate(InvalidInput):
    """A translation is asked of an engine that writes down only what it hears."""

    code = "cannot_translate"
    message_template = "This engine writes what it hears and does not translate."
    hint_template = "Leave out the translation, or choose a larger preset, from tiny on."

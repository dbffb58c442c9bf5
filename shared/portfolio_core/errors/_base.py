"""What all errors are made of."""

from typing import ClassVar

_QUOTED_CHARACTERS = 40


def quoted(value: object) -> str:
    """Return a caller's value fit to show back: printable, quoted, at most 40 characters."""
    try:
        whole = str(value)
    except ValueError:  # Python refuses to write an integer of thousands of digits
        whole = "a number"
    text = "".join(c if c.isprintable() else "?" for c in whole[: _QUOTED_CHARACTERS + 1])
    return f"“{text[:_QUOTED_CHARACTERS]}…”" if len(text) > _QUOTED_CHARACTERS else f"“{text}”"


class PortfolioError(Exception):
    """Base of all errors a caller may see.

    ``message`` and ``hint`` are templates over ``fields``, so that a page can say the same
    in another language; a subclass sets them together with ``code`` and ``status``.
    """

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    message_template: ClassVar[str] = "Something went wrong on our side."
    hint_template: ClassVar[str] = "Try again; if it happens again, report it with the id shown."

    def __init__(self, **fields: str | int | float) -> None:
        self.fields = fields
        super().__init__(f"{self.message} {self.hint}")

    @property
    def message(self) -> str:
        """What is wrong, in one English sentence."""
        return self.message_template.format(**self.fields)

    @property
    def hint(self) -> str:
        """What to do about it, in one English sentence."""
        return self.hint_template.format(**self.fields)


class InvalidInput(PortfolioError):
    """The caller's value is wrong; sending it again fails again."""

    code = "invalid_input"
    status = 400
    message_template = "The input cannot be used."
    hint_template = "Check the values and send them again."

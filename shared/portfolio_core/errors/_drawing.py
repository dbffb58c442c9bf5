"""What is wrong with a picture that is asked for."""

from portfolio_core.errors._base import InvalidInput, quoted


class SizeNotMultiple(InvalidInput):
    """A width or a height that the model cannot draw."""

    code = "size_not_multiple"
    message_template = "The {parameter} {given} is no multiple of {multiple}."
    hint_template = "The nearest that can be drawn are {near}."

    def __init__(self, parameter: str, given: object, multiple: int, near: str) -> None:
        super().__init__(parameter=parameter, given=quoted(given), multiple=multiple, near=near)


class DrawingTooLarge(InvalidInput):
    """More pixels than may be drawn at once."""

    code = "drawing_too_large"
    status = 413
    message_template = "A picture of {width} x {height} pixels is over the limit of {limit:,}."
    hint_template = "Make it narrower or lower."

    def __init__(self, width: int, height: int, limit: int) -> None:
        super().__init__(width=width, height=height, limit=limit)

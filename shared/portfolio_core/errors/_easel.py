"""What is wrong with what a page that draws pictures is asked."""

from portfolio_core.errors._base import InvalidInput


class NothingToCompare(InvalidInput):
    """A comparison without values."""

    code = "nothing_to_compare"
    message_template = "There are no values of {parameter} to compare."
    hint_template = "Give two or more with commas between them."

    def __init__(self, parameter: str) -> None:
        super().__init__(parameter=parameter)


class TooManyPictures(InvalidInput):
    """More pictures than one call may draw, those of a comparison counted together."""

    code = "too_many_pictures"
    status = 413
    message_template = "These would be {given:,} pictures; the limit is {limit}."
    hint_template = "Ask for fewer pictures, or compare fewer values."

    def __init__(self, given: int, limit: int) -> None:
        super().__init__(given=given, limit=limit)


class NoRecipe(InvalidInput):
    """A picture that does not say how it was made."""

    code = "no_recipe"
    status = 422
    message_template = "This picture does not say how it was made."
    hint_template = (
        "Use a PNG that was made here or with A1111, as it was saved: many sites remove the notes."
    )

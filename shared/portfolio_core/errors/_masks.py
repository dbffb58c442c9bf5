"""What is wrong with a mask, or with what is to go into it."""

from portfolio_core.errors._base import InvalidInput, PortfolioError


class EmptyMask(InvalidInput):
    """A mask that marks nothing."""

    code = "empty_mask"
    status = 422
    message_template = "Nothing is marked in the mask."
    hint_template = "Paint over what is to change, or send a mask that is white there."


class FullMask(InvalidInput):
    """A mask that marks everything."""

    code = "full_mask"
    status = 422
    message_template = "The mask marks the whole picture."
    hint_template = "Leave something to go by; if black and white are swapped, invert the mask."


class MaskSize(InvalidInput):
    """A mask of another shape than its picture."""

    code = "mask_size"
    status = 422
    message_template = (
        "The mask has {width} x {height} pixels, the picture {picture_width} x {picture_height}."
    )
    hint_template = "Send a mask of the same shape; a larger or smaller one of that shape will do."

    def __init__(self, width: int, height: int, picture_width: int, picture_height: int) -> None:
        super().__init__(
            width=width, height=height, picture_width=picture_width, picture_height=picture_height
        )


class NoMargin(InvalidInput):
    """A canvas that is to grow by nothing."""

    code = "no_margin"
    message_template = "The picture is to grow by nothing."
    hint_template = "Give at least one side some pixels."


class PictureHidden(InvalidInput):
    """The model's safety checker does not show what came out."""

    code = "picture_hidden"
    status = 422
    message_template = "The model’s safety checker hid what it made."
    hint_template = "Change the prompt or the seed."


class NothingReplaces(PortfolioError):
    """Something new is asked for where only what is there can be continued."""

    code = "nothing_replaces"
    status = 503
    message_template = "No model that draws something new runs here."
    hint_template = "Erase instead, or run this where there is a GPU."

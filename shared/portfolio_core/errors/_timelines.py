"""What is wrong with a timeline that a caller sends."""

from portfolio_core.errors._base import InvalidInput


class TimelineUnreadable(InvalidInput):
    """A timeline is not of the form that is written here."""

    code = "timeline_unreadable"
    status = 422
    message_template = "The timeline cannot be read."
    hint_template = "Send the JSON that /timeline returned; edit only the texts in it."


class NothingToDescribe(InvalidInput):
    """A timeline has no scene, so that there is nothing to say aloud."""

    code = "nothing_to_describe"
    status = 422
    message_template = "There is no picture here that could be described aloud."
    hint_template = "Send a picture or a clip; of a sound there is nothing to see."

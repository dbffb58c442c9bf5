"""What is wrong with a recording, or with what is asked of the one who writes it down."""

from collections.abc import Iterable

from portfolio_core.errors._base import InvalidInput, quoted


class RecordingTooLong(InvalidInput):
    """A recording lasts longer than is listened to in one call."""

    code = "recording_too_long"
    status = 413
    message_template = "The recording is longer than {limit:.0f} seconds."
    hint_template = "Cut it, and send the parts one by one."

    def __init__(self, limit: float) -> None:
        super().__init__(limit=limit)


class SoundUnreadable(InvalidInput):
    """A recording is cut off, damaged, or of a kind that nothing can be heard in."""

    code = "sound_unreadable"
    status = 422
    message_template = "The recording is damaged and cannot be read."
    hint_template = "Open it in another program, save it again, and send that."


class EmptySound(InvalidInput):
    """A recording holds no sound at all, or less than a word takes."""

    code = "empty_sound"
    status = 422
    message_template = "There is no sound in the recording."
    hint_template = "Check the microphone, record again, and listen to it before you send it."


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

"""What is wrong with a recording: a file of sound, or a clip with pictures and sound."""

from portfolio_core.errors._base import InvalidInput


class RecordingTooLong(InvalidInput):
    """A recording lasts longer than one may."""

    code = "recording_too_long"
    status = 413
    message_template = "The recording is longer than {limit:.0f} seconds."
    hint_template = "Cut it, and send the parts one after the other."

    def __init__(self, limit: float) -> None:
        super().__init__(limit=limit)


class RecordingUnreadable(InvalidInput):
    """A recording is cut off, damaged, or holds what is not decoded here."""

    code = "recording_unreadable"
    status = 422
    message_template = "The recording is damaged, or made in a way that is not read here."
    hint_template = "Save it anew, sound as WAV or MP3, a clip as MP4 with H.264 and AAC."


class RecordingEmpty(InvalidInput):
    """A recording holds nothing: not a sample, not a frame."""

    code = "recording_empty"
    status = 422
    message_template = "There is nothing in the recording."
    hint_template = "Record it again, and play it before you send it."


class RecordingLimit(InvalidInput):
    """Reading a recording takes more time or memory than one may have."""

    code = "recording_limit"
    status = 422
    message_template = "Reading the recording takes over {seconds:.0f} s or {mebibytes:,} MiB."
    hint_template = "Save it with a smaller picture, or send a part of it."

    def __init__(self, seconds: float, mebibytes: int) -> None:
        super().__init__(seconds=seconds, mebibytes=mebibytes)


class NoSoundTrack(InvalidInput):
    """A clip is asked for its sound and has none."""

    code = "no_sound_track"
    status = 422
    message_template = "The clip has no sound."
    hint_template = "Send it as a clip: what it shows can be told all the same."


class NoPictureTrack(InvalidInput):
    """A file of a kind that clips have holds sound only."""

    code = "no_picture_track"
    status = 422
    message_template = "There is no picture in this clip, only sound."
    hint_template = "Send it as a sound."


class ClipTooLarge(InvalidInput):
    """A clip's picture has more pixels than are read."""

    code = "clip_too_large"
    status = 413
    message_template = "The clip's picture has over {pixels:,} pixels, or a side over {side:,}."
    hint_template = "Save it with a smaller picture; 1280 x 720 shows all that is told."

    def __init__(self, pixels: int, side: int) -> None:
        super().__init__(pixels=pixels, side=side)

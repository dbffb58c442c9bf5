"""The error tree: every failure that a caller may see, as a type.

Callers branch on the type (or on ``code``), never on the text. ``ui/errors.py`` maps
these to Gradio, ``portfolio_server/errors.py`` maps them to HTTP; nothing else does.

PortfolioError                     500
├── InvalidInput                   400  the caller's value is wrong; a repeat fails again
│   ├── EmptyText                  400
│   ├── TextTooLong                413
│   ├── SoundTooLong               413
│   ├── UnknownChoice              400  a name that is not in a fixed list
│   ├── NumberOutOfRange           400  outside its range, or not a finite number
│   ├── TooManyMessages            400  a conversation over the limit of messages
│   ├── NothingAsked               400  a conversation that does not end with a question
│   ├── PromptTooLong              400  the last message alone leaves no room for a reply
│   ├── UnknownAdapter             404  not listed, or trained here and gone
│   ├── UnknownModel               404  not one that this server runs for the task
│   ├── AdapterUnsafe              422  a pickle
│   ├── AdapterTooLarge            413  by its rank
│   ├── NothingToSay               422  text without a single letter or digit
│   ├── WrongFileType              415  by content, whatever the name says
│   ├── FileTooLarge               413  too many bytes
│   ├── ImageTooLarge              413  too many pixels
│   ├── ImageTooSmall              422
│   ├── ImageUnreadable            422  a picture that is cut off or damaged
│   ├── LanguageNotHeard           400  by this engine; a larger one does
│   ├── CannotTranslate            400  likewise
│   ├── NoFile                     400  nothing was uploaded
│   ├── NotUploaded                400  an address instead of a file
│   ├── TooManyFiles               413  in one call
│   ├── FilesTooLarge              413  all together
│   ├── TooManyPages               413
│   ├── DocumentTooLarge           413  too many pages, characters or parts
│   ├── DocumentUnreadable         422  a document that is cut off or damaged
│   ├── DocumentEncrypted          422  it asks for a password
│   ├── DocumentLimit              422  reading it needs too much time or memory
│   ├── NoTextFound                422  a document of pictures only
│   ├── TimelineUnreadable         422
│   ├── NothingToDescribe          422  a timeline without a scene
│   ├── RecordingTooLong           413
│   ├── RecordingUnreadable        422  a sound or clip that is cut off or damaged
│   ├── RecordingEmpty             422  not a sample, not a frame
│   ├── RecordingLimit             422  reading it needs too much time or memory
│   ├── NoSoundTrack               422  a clip without sound, asked for it
│   ├── NoPictureTrack             422  a clip without pictures
│   ├── ClipTooLarge               413  too many pixels in a frame
│   ├── UrlNotAllowed              400  not on the public web
│   ├── UrlFailed                  400  no file at that address
│   ├── UrlTooSlow                 504
│   ├── NothingToCompare           400  a comparison of pictures without values
│   ├── TooManyPictures            413  to be drawn in one call
│   ├── NoRecipe                   422  a picture that does not say how it was made
│   ├── QuotaReached               409  a visitor's share of documents is used up
│   ├── DocumentUnknown            404  no document of that name is held
│   ├── IndexGone                  410  the documents were deleted, or never were
│   ├── IndexUnreadable            422  an uploaded index is damaged or something else
│   ├── TooFewClasses              422  nothing to tell apart
│   ├── EmptyClass                 422  a class without a picture that can be read
│   ├── SharedPicture              422  the same picture in two classes
│   ├── TooFewGroups               422  too few different pictures to hold some out
│   ├── LabelsMissing              400  another number of labels than of files
│   ├── ClassifierGone             410  trained here, and not kept any more
│   ├── EmptyMask                  422  nothing is marked
│   ├── FullMask                   422  everything is
│   ├── MaskSize                   422  another shape than its picture
│   ├── NoMargin                   400  a picture that is to grow by nothing
│   ├── PictureHidden              422  by the model's safety checker
│   ├── NoUsableRows               422  no row with a question and an answer
│   ├── TooManyRows                413  to learn from in one training
│   ├── SizeNotMultiple            400  a width or height that the model cannot draw
│   ├── DrawingTooLarge            413  more pixels than may be drawn at once
│   ├── AdapterUnreadable          422  damaged, or more than a plain LoRA
│   └── AdapterMismatch            422  trained on another base model
├── Busy                           503  try again after ``retry_after_seconds``
│   ├── QueueFull                  429  too many callers; the server itself is well
│   ├── TooManyRequests            429  of one caller in a minute
│   ├── TooManyAtOnce              429  of one caller
│   ├── EngineAtWork               409  it cannot be unloaded now
│   ├── WaitedTooLong              504
│   ├── MemoryBudgetExceeded       503
│   └── Draining                   503
├── WorkTooLong                    504  the work passed its deadline; a repeat would, too
├── TrainingDiverged               422  a number that is not finite; what was good is kept
├── NoRoomToSave                   507  the disk is too full for a checkpoint
├── Cancelled                      499  the caller went away or pressed Stop
├── ModelUnavailable               503  the weights are not here and cannot be had
│   ├── HubUnreachable             503
│   ├── DownloadRefused            503
│   ├── NoDiskSpace                507
│   ├── DownloadDamaged            503
│   └── EngineFailed               503  the engine could not be loaded or broke off
├── NothingReplaces                503  no model that draws something new
├── MissingDependency              501  names the command that installs it
├── KeyMissing                     401  no API key, or one that is not known here
└── BadSetting                     500  a wrong value in the environment, found at start
"""

from collections.abc import Iterable

from portfolio_core.errors._base import InvalidInput as InvalidInput
from portfolio_core.errors._base import PortfolioError as PortfolioError
from portfolio_core.errors._base import quoted as quoted
from portfolio_core.errors._chat import AdapterTooLarge as AdapterTooLarge
from portfolio_core.errors._chat import AdapterUnsafe as AdapterUnsafe
from portfolio_core.errors._chat import NothingAsked as NothingAsked
from portfolio_core.errors._chat import PromptTooLong as PromptTooLong
from portfolio_core.errors._chat import TooManyMessages as TooManyMessages
from portfolio_core.errors._chat import UnknownAdapter as UnknownAdapter
from portfolio_core.errors._chat import UnknownModel as UnknownModel
from portfolio_core.errors._drawing import DrawingTooLarge as DrawingTooLarge
from portfolio_core.errors._drawing import SizeNotMultiple as SizeNotMultiple
from portfolio_core.errors._easel import NoRecipe as NoRecipe
from portfolio_core.errors._easel import NothingToCompare as NothingToCompare
from portfolio_core.errors._easel import TooManyPictures as TooManyPictures
from portfolio_core.errors._files import DocumentEncrypted as DocumentEncrypted
from portfolio_core.errors._files import DocumentLimit as DocumentLimit
from portfolio_core.errors._files import DocumentTooLarge as DocumentTooLarge
from portfolio_core.errors._files import DocumentUnreadable as DocumentUnreadable
from portfolio_core.errors._files import FilesTooLarge as FilesTooLarge
from portfolio_core.errors._files import FileTooLarge as FileTooLarge
from portfolio_core.errors._files import ImageTooLarge as ImageTooLarge
from portfolio_core.errors._files import ImageTooSmall as ImageTooSmall
from portfolio_core.errors._files import ImageUnreadable as ImageUnreadable
from portfolio_core.errors._files import NoFile as NoFile
from portfolio_core.errors._files import NoTextFound as NoTextFound
from portfolio_core.errors._files import NotUploaded as NotUploaded
from portfolio_core.errors._files import TooManyFiles as TooManyFiles
from portfolio_core.errors._files import TooManyPages as TooManyPages
from portfolio_core.errors._files import UrlFailed as UrlFailed
from portfolio_core.errors._files import UrlNotAllowed as UrlNotAllowed
from portfolio_core.errors._files import UrlTooSlow as UrlTooSlow
from portfolio_core.errors._files import WrongFileType as WrongFileType
from portfolio_core.errors._indexes import DocumentUnknown as DocumentUnknown
from portfolio_core.errors._indexes import IndexGone as IndexGone
from portfolio_core.errors._indexes import IndexUnreadable as IndexUnreadable
from portfolio_core.errors._indexes import QuotaReached as QuotaReached
from portfolio_core.errors._load import Busy as Busy
from portfolio_core.errors._load import Cancelled as Cancelled
from portfolio_core.errors._load import Draining as Draining
from portfolio_core.errors._load import EngineAtWork as EngineAtWork
from portfolio_core.errors._load import KeyMissing as KeyMissing
from portfolio_core.errors._load import MemoryBudgetExceeded as MemoryBudgetExceeded
from portfolio_core.errors._load import QueueFull as QueueFull
from portfolio_core.errors._load import TooManyAtOnce as TooManyAtOnce
from portfolio_core.errors._load import TooManyRequests as TooManyRequests
from portfolio_core.errors._load import WaitedTooLong as WaitedTooLong
from portfolio_core.errors._load import WorkTooLong as WorkTooLong
from portfolio_core.errors._masks import EmptyMask as EmptyMask
from portfolio_core.errors._masks import FullMask as FullMask
from portfolio_core.errors._masks import MaskSize as MaskSize
from portfolio_core.errors._masks import NoMargin as NoMargin
from portfolio_core.errors._masks import NothingReplaces as NothingReplaces
from portfolio_core.errors._masks import PictureHidden as PictureHidden
from portfolio_core.errors._recordings import ClipTooLarge as ClipTooLarge
from portfolio_core.errors._recordings import NoPictureTrack as NoPictureTrack
from portfolio_core.errors._recordings import NoSoundTrack as NoSoundTrack
from portfolio_core.errors._recordings import RecordingEmpty as RecordingEmpty
from portfolio_core.errors._recordings import RecordingLimit as RecordingLimit
from portfolio_core.errors._recordings import RecordingTooLong as RecordingTooLong
from portfolio_core.errors._recordings import RecordingUnreadable as RecordingUnreadable
from portfolio_core.errors._speech import CannotTranslate as CannotTranslate
from portfolio_core.errors._speech import LanguageNotHeard as LanguageNotHeard
from portfolio_core.errors._timelines import NothingToDescribe as NothingToDescribe
from portfolio_core.errors._timelines import TimelineUnreadable as TimelineUnreadable
from portfolio_core.errors._training import AdapterMismatch as AdapterMismatch
from portfolio_core.errors._training import AdapterUnreadable as AdapterUnreadable
from portfolio_core.errors._training import ClassifierGone as ClassifierGone
from portfolio_core.errors._training import EmptyClass as EmptyClass
from portfolio_core.errors._training import LabelsMissing as LabelsMissing
from portfolio_core.errors._training import NoRoomToSave as NoRoomToSave
from portfolio_core.errors._training import NoUsableRows as NoUsableRows
from portfolio_core.errors._training import SharedPicture as SharedPicture
from portfolio_core.errors._training import TooFewClasses as TooFewClasses
from portfolio_core.errors._training import TooFewGroups as TooFewGroups
from portfolio_core.errors._training import TooManyRows as TooManyRows
from portfolio_core.errors._training import TrainingDiverged as TrainingDiverged


class EmptyText(InvalidInput):
    """The text holds nothing but white space."""

    code = "empty_text"
    message_template = "The text is empty."
    hint_template = "Type or paste some text first."


class TextTooLong(InvalidInput):
    """The text is over the limit of characters."""

    code = "text_too_long"
    status = 413
    message_template = "The text has {given:,} characters; the limit is {limit:,}."
    hint_template = "Shorten it, or send it in parts."

    def __init__(self, given: int, limit: int) -> None:
        super().__init__(given=given, limit=limit)


class SoundTooLong(InvalidInput):
    """The text would sound longer than a file may be."""

    code = "sound_too_long"
    status = 413
    message_template = "The sound would be longer than {limit:.0f} seconds."
    hint_template = "Shorten the text, speak faster, or send it in parts."

    def __init__(self, limit: float) -> None:
        super().__init__(limit=limit)


class UnknownChoice(InvalidInput):
    """A name that is not in the fixed list of its parameter."""

    code = "unknown_choice"
    message_template = "{given} is not a known {parameter}."
    hint_template = "Choose one of: {choices}."

    def __init__(self, parameter: str, given: object, choices: Iterable[str]) -> None:
        super().__init__(parameter=parameter, given=quoted(given), choices=", ".join(choices))


class NumberOutOfRange(InvalidInput):
    """A number outside its range, or not a finite number at all."""

    code = "number_out_of_range"
    message_template = "{given} is not a usable {parameter}."
    hint_template = "Give a number from {low} to {high}."

    def __init__(self, parameter: str, given: object, low: float, high: float) -> None:
        super().__init__(parameter=parameter, given=quoted(given), low=low, high=high)


class NothingToSay(InvalidInput):
    """The text has characters, but none that can be spoken."""

    code = "nothing_to_say"
    status = 422
    message_template = "There is nothing in this text that can be spoken."
    hint_template = "Write at least one word or number."


class ModelUnavailable(PortfolioError):
    """The model cannot be used on this machine now."""

    code = "model_unavailable"
    status = 503
    message_template = "The model {model} is not available."
    hint_template = "Choose the embedded preset, which needs no download."

    def __init__(self, model: str, **fields: str | int | float) -> None:
        super().__init__(model=model, **fields)


class HubUnreachable(ModelUnavailable):
    """The weights are not on this machine and the Hub did not answer."""

    code = "hub_unreachable"
    message_template = "The weights of {model} are not here and the Hub cannot be reached."
    hint_template = "Check the network and start again, or choose the embedded preset."


class DownloadRefused(ModelUnavailable):
    """The Hub answered, but does not give the file."""

    code = "download_refused"
    message_template = "The Hub does not give the file {file} of {model}."
    hint_template = "Choose the embedded preset, or check the token and the pinned revision."

    def __init__(self, model: str, file: str) -> None:
        super().__init__(model, file=file)


class NoDiskSpace(ModelUnavailable):
    """The disk is too full for the weights."""

    code = "no_disk_space"
    status = 507
    message_template = "There is no disk space left for {model}."
    hint_template = "Make room, or point PORTFOLIO_MODELS_DIR to another disk."


class DownloadDamaged(ModelUnavailable):
    """A downloaded file differs from its pinned checksum, also at the second try."""

    code = "download_damaged"
    message_template = "The file {file} of {model} does not match its checksum."
    hint_template = "Try again; if it happens again, the copy on the Hub is not the pinned one."

    def __init__(self, model: str, file: str) -> None:
        super().__init__(model, file=file)


class EngineFailed(ModelUnavailable):
    """The engine could not be loaded, or broke off its work."""

    code = "engine_failed"
    message_template = "The engine {model} could not do its work."
    hint_template = "Try again; if it happens again, choose another engine."


class MissingDependency(PortfolioError):
    """A Python package that this engine needs is not installed."""

    code = "missing_dependency"
    status = 501
    message_template = "The package {package} is not installed."
    hint_template = "Install it with: {command}"

    def __init__(self, package: str, command: str) -> None:
        super().__init__(package=package, command=command)


class BadSetting(PortfolioError):
    """A variable in the environment has a name or a value that cannot be used."""

    code = "bad_setting"
    message_template = "{name} cannot be used: {reason}."
    hint_template = "Correct it or leave it out; settings.py describes every setting."

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name=name, reason=reason)

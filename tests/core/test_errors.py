"""Errors: every one can be shown, in both languages."""

import string

import pytest

from portfolio_core import errors


def _tree(kind=errors.PortfolioError):
    yield kind
    for child in kind.__subclasses__():
        yield from _tree(child)


EXAMPLES = [
    errors.PortfolioError(),
    errors.InvalidInput(),
    errors.EmptyText(),
    errors.TextTooLong(12_000, 10_000),
    errors.SoundTooLong(3600),
    errors.UnknownChoice("voice", "../../x", ["en-us", "ko"]),
    errors.NumberOutOfRange("speed", float("nan"), 0.5, 2),
    errors.TooManyMessages(41, 40),
    errors.NothingAsked(),
    errors.PromptTooLong(5000, 3584),
    errors.UnknownAdapter("../../x"),
    errors.UnknownModel("../../x", ["auto", "small"]),
    errors.AdapterUnsafe("pirate"),
    errors.AdapterTooLarge(10_000, 256),
    errors.AdapterUnreadable("pirate", "adapter_config.json"),
    errors.AdapterMismatch("pirate", "Qwen/Qwen3-4B", "Qwen/Qwen3-0.6B"),
    errors.SizeNotMultiple("width", 513, 8, "512, 520"),
    errors.DrawingTooLarge(4096, 4096, 1024**2),
    errors.EmptyMask(),
    errors.FullMask(),
    errors.MaskSize(64, 64, 640, 480),
    errors.NoMargin(),
    errors.PictureHidden(),
    errors.NothingReplaces(),
    errors.NothingToSay(),
    errors.QuotaReached(20, "documents"),
    errors.DocumentUnknown("notes.txt"),
    errors.IndexGone(),
    errors.IndexUnreadable(),
    errors.WrongFileType(["jpeg", "png"]),
    errors.FileTooLarge(20_000_000),
    errors.ImageTooLarge(25_000_000, 8192),
    errors.ImageTooSmall(8),
    errors.ImageUnreadable(),
    errors.NoFile(),
    errors.NotUploaded(),
    errors.TooManyPages(30, 20),
    errors.DocumentTooLarge(200, 2_000_000),
    errors.DocumentUnreadable(),
    errors.DocumentEncrypted(),
    errors.DocumentLimit(15, 1024),
    errors.NoTextFound(),
    errors.TimelineUnreadable(),
    errors.NothingToDescribe(),
    errors.RecordingTooLong(180),
    errors.RecordingUnreadable(),
    errors.RecordingEmpty(),
    errors.RecordingLimit(90, 1024),
    errors.NoSoundTrack(),
    errors.NoPictureTrack(),
    errors.ClipTooLarge(25_000_000, 8192),
    errors.LanguageNotHeard("ko", ["auto", "en"]),
    errors.CannotTranslate(),
    errors.UrlNotAllowed(),
    errors.UrlFailed(),
    errors.UrlTooSlow(10),
    errors.NothingToCompare("steps"),
    errors.TooManyPictures(16, 12),
    errors.NoRecipe(),
    errors.TooManyFiles(51, 50),
    errors.FilesTooLarge(100),
    errors.LabelsMissing(3, 2),
    errors.ClassifierGone(),
    errors.TooFewClasses(1),
    errors.EmptyClass("cats"),
    errors.SharedPicture("cats", "dogs", "a.jpg"),
    errors.TooFewGroups("cats", 2, 3),
    errors.NoUsableRows(3, "no answer 2, no question 1"),
    errors.TooManyRows(500),
    errors.AdapterUnreadable("mine", "a file is damaged"),
    errors.AdapterMismatch("mine", "Qwen/Qwen3-0.6B", "starter"),
    errors.TrainingDiverged(3),
    errors.NoRoomToSave(1_000_000),
    errors.Busy(),
    errors.QueueFull(16, 5),
    errors.TooManyRequests(60, 5),
    errors.TooManyAtOnce(4, 5),
    errors.EngineAtWork("minilm-l6-v2", 5),
    errors.KeyMissing(),
    errors.WaitedTooLong(30, 5),
    errors.WorkTooLong(300),
    errors.MemoryBudgetExceeded(5),
    errors.Draining(),
    errors.Cancelled(),
    errors.ModelUnavailable("m"),
    errors.HubUnreachable("m"),
    errors.DownloadDamaged("m", "f"),
    errors.DownloadRefused("m", "f"),
    errors.NoDiskSpace("m"),
    errors.EngineFailed("m"),
    errors.MissingDependency("p", "pip install p"),
    errors.BadSetting("PORTFOLIO_X", "no"),
]


def test_every_error_has_an_example_here():
    assert {type(error) for error in EXAMPLES} == set(_tree())


def test_codes_are_unique():
    codes = [kind.code for kind in _tree()]

    assert len(codes) == len(set(codes))


def test_the_drawn_tree_shows_every_class_with_its_status():
    for kind in _tree():
        line = next(
            line for line in errors.__doc__.splitlines() if f" {kind.__name__} " in f" {line}"
        )
        assert str(kind.status) in line


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: error.code)
def test_message_and_hint_are_whole_sentences(error):
    for text in (error.message, error.hint):
        assert text[-1] in ".:" or error.code == "missing_dependency"
        assert "{" not in text


def _fields(template):
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("kind", list(_tree()), ids=lambda kind: kind.code)
def test_korean_says_the_same_with_the_same_fields(kind):
    from portfolio_core.ui.errors_ko import KOREAN

    english = _fields(kind.message_template) | _fields(kind.hint_template)
    korean = set().union(*map(_fields, KOREAN[kind.code]))

    assert english == korean


def test_a_number_too_long_to_write_is_no_failure():
    assert errors.quoted(10**5000) == "“a number”"


def test_a_callers_value_is_shown_short_and_printable():
    shown = errors.quoted("\x1b[31mred\n" + "x" * 500)

    assert shown.isprintable()
    assert len(shown) <= 43

"""What is wrong with pictures or rows to learn from, with what was learnt, or with the learning."""

from portfolio_core.errors._base import InvalidInput, PortfolioError, quoted


class TooFewClasses(InvalidInput):
    """Pictures to learn from come in fewer than two classes."""

    code = "too_few_classes"
    status = 422
    message_template = "There are {given} classes; at least 2 are needed to tell apart."
    hint_template = "Put the pictures of each class into a folder of its own."

    def __init__(self, given: int) -> None:
        super().__init__(given=given)


class EmptyClass(InvalidInput):
    """A class has no picture that can be read."""

    code = "empty_class"
    status = 422
    message_template = "The class {name} has no picture that can be read."
    hint_template = "Add JPEG, PNG or WEBP pictures to it, or take it out."

    def __init__(self, name: str) -> None:
        super().__init__(name=quoted(name))


class SharedPicture(InvalidInput):
    """The same picture stands in two classes."""

    code = "shared_picture"
    status = 422
    message_template = "The classes {first} and {second} have the same picture, {file}."
    hint_template = "Take it out of one of them."

    def __init__(self, first: str, second: str, file: str) -> None:
        super().__init__(first=quoted(first), second=quoted(second), file=quoted(file))


class TooFewGroups(InvalidInput):
    """A class has too few different pictures to test on some that were not learnt."""

    code = "too_few_groups"
    status = 422
    message_template = "The class {name} has {given} different pictures; {least} are needed."
    hint_template = "Add pictures that are no copies, turns or mirror images of each other."

    def __init__(self, name: str, given: int, least: int) -> None:
        super().__init__(name=quoted(name), given=given, least=least)


class LabelsMissing(InvalidInput):
    """Pictures to learn from came with another number of labels."""

    code = "labels_missing"
    message_template = "There are {files} files and {labels} labels."
    hint_template = "Give one label, the name of a class, for each file, in the same order."

    def __init__(self, files: int, labels: int) -> None:
        super().__init__(files=files, labels=labels)


class ClassifierGone(InvalidInput):
    """A classifier that was trained here is not kept any more, or never was."""

    code = "classifier_gone"
    status = 410
    message_template = "This trained classifier is not kept any more."
    hint_template = "Train it again; the same pictures and seed give the same."


class NoUsableRows(InvalidInput):
    """No row of a file has a question and an answer to learn from."""

    code = "no_usable_rows"
    status = 422
    message_template = "None of {given:,} rows can be used: {reasons}."
    hint_template = "Each row needs a question and an answer; the examples show how."

    def __init__(self, given: int, reasons: str) -> None:
        super().__init__(given=given, reasons=reasons)


class TooManyRows(InvalidInput):
    """A file has more rows than one training may have."""

    code = "too_many_rows"
    status = 413
    message_template = "The file has more than {limit:,} rows."
    hint_template = "Keep the best of them; a few hundred good rows teach a manner."

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


class AdapterUnreadable(InvalidInput):
    """An adapter's files are missing, damaged, or not in safetensors."""

    code = "adapter_unreadable"
    status = 422
    message_template = "The adapter {name} cannot be read: {reason}."
    hint_template = "Give a folder with adapter_config.json and adapter_model.safetensors."

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name=quoted(name), reason=reason)


class AdapterMismatch(InvalidInput):
    """An adapter was trained on another base than the one it is to work with."""

    code = "adapter_mismatch"
    status = 422
    message_template = "The adapter {name} belongs to {wanted}, not to {given}."
    hint_template = "Choose the base model that it was trained on."

    def __init__(self, name: str, wanted: str, given: str) -> None:
        super().__init__(name=quoted(name), wanted=quoted(wanted), given=quoted(given))


class TrainingDiverged(PortfolioError):
    """The loss or a gradient is not a finite number any more."""

    code = "training_diverged"
    status = 422
    message_template = "The training stopped at step {step:,}: a number is not finite."
    hint_template = "The last good adapter is kept; try a lower learning rate, or look at the rows."

    def __init__(self, step: int) -> None:
        super().__init__(step=step)


class NoRoomToSave(PortfolioError):
    """The disk is too full for a checkpoint; the one before is untouched."""

    code = "no_room_to_save"
    status = 507
    message_template = "There is no disk space for {needed:,} bytes of a checkpoint."
    hint_template = "Make room and start again: it goes on from the last checkpoint."

    def __init__(self, needed: int) -> None:
        super().__init__(needed=needed)

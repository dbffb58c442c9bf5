"""What is wrong with pictures that a classifier is to learn from, or with what it learnt."""

from portfolio_core.errors._base import InvalidInput, quoted


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

"""A comparison of pictures over one parameter: one column for each of its values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from portfolio_core.engines.diffusion.schedulers import SCHEDULERS
from portfolio_core.errors import NothingToCompare, TooManyPictures, UnknownChoice

COMPARED = ("steps", "guidance", "scheduler", "seed", "refine_from")
"""Parameters that can be compared."""

_BETWEEN = re.compile(r"[,;\n]")
_UNREFINED = ("none", "base")
_SCHEDULERS = {one.label.lower(): key for key, one in SCHEDULERS.items()}  # as people call them


@dataclass(frozen=True)
class Column:
    """Pictures that are made alike.

    Attributes:
        label: The value as it was written; empty where nothing is compared.
        changes: What differs from the form, by parameter.
    """

    label: str = ""
    changes: Mapping[str, object] = field(default_factory=dict)


def columns(parameter: object, values: object, *, count: int, most: int) -> tuple[Column, ...]:
    """Return the columns of a comparison; a single one where nothing is compared.

    What a value means is checked by whoever draws, as if it stood in the form.

    Args:
        parameter: One of :data:`COMPARED`; empty = no comparison.
        values: Text with commas between the values.
        count: Pictures in each column.
        most: Pictures in all columns together.

    Raises:
        UnknownChoice: this cannot be compared.
        NothingToCompare: there are no values.
        TooManyPictures: there would be more than ``most``.
    """
    if parameter in (None, ""):
        _check(count, most)
        return (Column(),)
    if not isinstance(parameter, str) or parameter not in COMPARED:
        raise UnknownChoice("compare", parameter, COMPARED)
    written = _BETWEEN.split(values) if isinstance(values, str) else []
    labels = list(dict.fromkeys(value.strip() for value in written if value.strip()))
    if not labels:
        raise NothingToCompare(parameter)
    _check(len(labels) * count, most)  # before each of a million values is looked at
    return tuple(Column(label, {parameter: _value(parameter, label)}) for label in labels)


def _check(given: int, most: int) -> None:
    if given > most:
        raise TooManyPictures(given, most)


def _value(parameter: str, label: str) -> object:
    """Return a number where a number is meant; what is none is refused like one in the form."""
    if parameter == "scheduler":
        return _SCHEDULERS.get(label.lower(), label)
    if parameter == "refine_from" and label.lower() in _UNREFINED:
        return None
    try:
        return float(label) if re.search(r"[^\d+-]", label) else int(label)
    except ValueError:
        return label

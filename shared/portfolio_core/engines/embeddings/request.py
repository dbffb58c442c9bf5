"""What a stranger wants embedded, checked."""

import numpy as np

from portfolio_core.engines.embeddings import Vectors
from portfolio_core.errors import EmptyText, InvalidInput, NumberOutOfRange, TextTooLong
from portfolio_core.settings import Limits


def texts(given: object, limits: Limits) -> tuple[str, ...]:
    """Return one text, or several, as a tuple.

    Raises:
        InvalidInput: it is neither a text nor a list of texts.
        NumberOutOfRange: there are none, or more than ``limits.embed_texts``.
        EmptyText: one of them is only white space.
        TextTooLong: together they are over ``limits.embed_characters``.
    """
    listed = [given] if isinstance(given, str) else given
    if not isinstance(listed, list | tuple) or not all(isinstance(one, str) for one in listed):
        raise InvalidInput
    if not 1 <= len(listed) <= limits.embed_texts:
        raise NumberOutOfRange("number of texts", len(listed), 1, limits.embed_texts)
    characters = sum(map(len, listed))
    if characters > limits.embed_characters:
        raise TextTooLong(characters, limits.embed_characters)
    if not all(one.strip() for one in listed):
        raise EmptyText
    # Half of a surrogate pair is no character; a tokenizer would break on it.
    return tuple(one.encode("utf-8", "replace").decode("utf-8") for one in listed)


def dimensions(given: object, whole: int) -> int:
    """Return how many dimensions are wanted; none = all of them.

    Raises:
        NumberOutOfRange: it is no whole number from 1 to ``whole``.
    """
    if given is None:
        return whole
    if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= whole:
        raise NumberOutOfRange("dimensions", given, 1, whole)
    return given


def shortened(vectors: Vectors, wanted: int) -> Vectors:
    """Return the first dimensions of each vector, made of length 1 again; shape (n, wanted)."""
    if wanted == vectors.shape[1]:
        return vectors
    cut = vectors[:, :wanted]
    result: Vectors = cut / np.maximum(np.linalg.norm(cut, axis=1, keepdims=True), 1e-12)
    return result

"""Whisper's decoder for a CPU: one token at a time, with weights of 8 bits.

CTranslate2 brings a matrix of 8 bits into another order at each product, on processors that are
not Intel's; for many tokens at once that is nothing, for one token it is half of the time. Here
they stay in the order in which they are read.

Sources: https://arxiv.org/abs/2212.04356 and, for the numbers, ``fast_linear``
"""

import torch  # noqa: TID253 - the module is imported late
from torch import Tensor  # noqa: TID253 - likewise
from torch.nn import functional  # noqa: TID253 - likewise

from portfolio_core.engines.fast_linear import Int8Embedding, Int8Linear
from portfolio_core.engines.speech_to_text.converted import Converted

_BLOCK = 32  # the number of words is filled up to a multiple of it, see Int8Linear


class Decoder:
    """The decoder of one model."""

    def __init__(self, weights: Converted, dtype: torch.dtype) -> None:
        """Round the weights.

        Args:
            weights: Of the whole model.
            dtype: In what number type products of many rows are fast here.

        Raises:
            KeyError: some are missing.
            ValueError: a size is not a multiple of 32.
        """
        self._dtype = dtype
        self._positions = torch.from_numpy(weights["decoder/position_encodings/encodings"]).float()
        words = torch.from_numpy(weights["decoder/embeddings/weight"])
        self._words = len(words)
        self._head = Int8Linear(functional.pad(words, (0, 0, 0, -len(words) % _BLOCK)))
        self._table = Int8Embedding(self._head, torch.float32)
        self._norm = Norm(weights, "decoder/layer_norm")
        heads = int(weights["decoder/num_heads"].item())
        self._layers = [_Layer(weights, at, heads) for at in weights.layers("decoder")]

    def begin(self, heard: Tensor) -> list["Memory"]:
        """Return what each layer keeps while it writes about one window.

        Args:
            heard: What the encoder gave, shape (frames, width), floating point.
        """
        heard = heard.to(self._dtype)
        return [layer.memory(heard, len(self._positions)) for layer in self._layers]

    def read(self, memories: list["Memory"], tokens: list[int]) -> Tensor:
        """Read on; what is read stays in ``memories``.

        Args:
            memories: What :meth:`begin` gave.
            tokens: At least one.

        Returns:
            Scores of what follows each token, shape (tokens, words), float32.
        """
        seen = memories[0].read
        places = slice(seen, seen + len(tokens))
        hidden = self._table(torch.tensor(tokens)) + self._positions[places]
        for layer, memory in zip(self._layers, memories, strict=True):
            hidden = layer(hidden, memory)
        scores: Tensor = self._head(self._norm(hidden))
        return scores[:, : self._words]


class Memory:
    """Keys and values of one layer: of what was heard, and of what has been written."""

    def __init__(self, keys: Tensor, values: Tensor, room: int) -> None:
        """Begin with what was heard.

        Args:
            keys: Shape (heads, width, frames), float32; products with this order are fast.
            values: Shape (heads, frames, width), float32.
            room: Tokens that may be written.
        """
        self.heard = keys, values
        self.read = 0
        """Tokens."""
        heads, width, _ = keys.shape
        self._keys = torch.empty(heads, width, room)
        self._values = torch.empty(heads, room, width)

    def add(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Append what was read now, shape (heads, tokens, width), and return all that was read."""
        after = self.read + keys.shape[1]
        self._keys[..., self.read : after] = keys.transpose(1, 2)
        self._values[:, self.read : after] = values
        self.read = after
        return self._keys[..., :after], self._values[:, :after]


class _Layer:
    def __init__(self, weights: Converted, at: str, heads: int) -> None:
        self._heads = heads
        self._read = _linear(weights, f"{at}/self_attention/linear_0")
        self._read_out = _linear(weights, f"{at}/self_attention/linear_1")
        self._ask = _linear(weights, f"{at}/attention/linear_0")
        self._hear = _linear(weights, f"{at}/attention/linear_1")
        self._hear_out = _linear(weights, f"{at}/attention/linear_2")
        self._feed_in = _linear(weights, f"{at}/ffn/linear_0")
        self._feed_out = _linear(weights, f"{at}/ffn/linear_1")
        parts = "self_attention", "attention", "ffn"
        self._norms = [Norm(weights, f"{at}/{part}/layer_norm") for part in parts]

    def memory(self, heard: Tensor, room: int) -> Memory:
        keys, values = self._split(self._hear(heard), 2)
        return Memory(_in_order(keys.transpose(1, 2)), _in_order(values), room)

    def __call__(self, hidden: Tensor, memory: Memory) -> Tensor:
        read, heard, fed = self._norms
        queries, keys, values = self._split(self._read(read(hidden)), 3)
        hidden = hidden + self._read_out(_attention(queries, *memory.add(keys, values)))
        (queries,) = self._split(self._ask(heard(hidden)), 1)
        hidden = hidden + self._hear_out(_attention(queries, *memory.heard, whole=True))
        added: Tensor = self._feed_out(functional.gelu(self._feed_in(fed(hidden))))
        return hidden + added

    def _split(self, given: Tensor, parts: int) -> tuple[Tensor, ...]:
        """Return parts of shape (heads, tokens, width), of shape (tokens, parts x width of all)."""
        return given.view(len(given), parts, self._heads, -1).permute(1, 2, 0, 3).unbind()


class Norm:
    """Brings numbers to one level."""

    def __init__(self, weights: Converted, at: str, dtype: torch.dtype = torch.float32) -> None:
        """Take the weights whose names begin with ``at``, as numbers of type ``dtype``."""
        self._weight, self._bias = (
            torch.from_numpy(weights[f"{at}/{part}"]).to(dtype) for part in ("gamma", "beta")
        )

    def __call__(self, hidden: Tensor) -> Tensor:
        """Return what ``hidden``, shape (rows, width), is then."""
        return functional.layer_norm(hidden, self._weight.shape, self._weight, self._bias)


def _attention(queries: Tensor, keys: Tensor, values: Tensor, *, whole: bool = False) -> Tensor:
    """Return values, shape (tokens, width of all), by how well the keys fit the queries.

    ``whole`` is for keys that all tokens see; of others, the last tokens' are their own.
    """
    heads, tokens, width = queries.shape
    scores = torch.bmm(queries * width**-0.5, keys)
    if tokens > 1 and not whole:
        seen = keys.shape[-1] - tokens
        later = torch.ones(tokens, keys.shape[-1], dtype=torch.bool).triu(seen + 1)
        scores.masked_fill_(later, -torch.inf)
    mixed = torch.bmm(scores.softmax(dim=-1), values)
    return mixed.transpose(0, 1).reshape(tokens, heads * width)


def _in_order(given: Tensor) -> Tensor:
    """Return a copy in float32 whose numbers lie in the order of its axes."""
    return torch.empty(given.shape).copy_(given)


def _linear(weights: Converted, at: str) -> Int8Linear:
    return Int8Linear(
        torch.from_numpy(weights[f"{at}/weight"]), torch.from_numpy(weights[f"{at}/bias"]).float()
    )

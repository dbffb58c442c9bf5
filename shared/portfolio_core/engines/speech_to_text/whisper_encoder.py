"""Whisper's encoder for a CPU that multiplies in bfloat16.

Its products are large, so that it is the processor's arithmetic that counts, not its memory:
weights stay as long as the numbers they are multiplied with.

Source: https://arxiv.org/abs/2212.04356
"""

import torch  # noqa: TID253 - the module is imported late
from torch import Tensor  # noqa: TID253 - likewise
from torch.nn import functional  # noqa: TID253 - likewise

from portfolio_core.engines.speech_to_text.converted import Converted
from portfolio_core.engines.speech_to_text.whisper_decoder import Norm

# Queries of one head that look at all keys at once: their scores stay in the processor's cache,
# and in memory that is given back and taken again without the system's help. That was a third
# of the time for all heads together.
_ROWS = 500


class Encoder:
    """The encoder of one model."""

    def __init__(self, weights: Converted, dtype: torch.dtype) -> None:
        """Take the weights over as numbers of type ``dtype``.

        Raises:
            KeyError: some are missing.
        """
        self._dtype = dtype
        self._convolutions = [_Affine(weights, f"encoder/conv{n}", dtype) for n in (1, 2)]
        self._positions = torch.from_numpy(weights["encoder/position_encodings/encodings"]).to(
            dtype
        )
        self._norm = Norm(weights, "encoder/layer_norm", dtype)
        heads = int(weights["encoder/num_heads"].item())
        self._layers = [_Layer(weights, at, heads, dtype) for at in weights.layers("encoder")]

    @torch.inference_mode()
    def __call__(self, features: Tensor) -> Tensor:
        """Hear one window.

        Args:
            features: Shape (mels, 3000), floating point.

        Returns:
            Shape (1500, width), float32.
        """
        first, second = self._convolutions
        given = features[None].to(self._dtype)
        given = functional.gelu(functional.conv1d(given, first.weight, first.bias, padding=1))
        given = functional.conv1d(given, second.weight, second.bias, stride=2, padding=1)
        hidden = functional.gelu(given)[0].T + self._positions
        for layer in self._layers:
            hidden = layer(hidden)
        return self._norm(hidden).float()


class _Affine:
    def __init__(self, weights: Converted, at: str, dtype: torch.dtype) -> None:
        self.weight, self.bias = (
            torch.from_numpy(weights[f"{at}/{part}"]).to(dtype) for part in ("weight", "bias")
        )

    def __call__(self, given: Tensor) -> Tensor:
        return functional.linear(given, self.weight, self.bias)


class _Layer:
    def __init__(self, weights: Converted, at: str, heads: int, dtype: torch.dtype) -> None:
        self._heads = heads
        attention, feed = f"{at}/self_attention", f"{at}/ffn"
        self._read = _Affine(weights, f"{attention}/linear_0", dtype)
        self._out = _Affine(weights, f"{attention}/linear_1", dtype)
        self._feed_in = _Affine(weights, f"{feed}/linear_0", dtype)
        self._feed_out = _Affine(weights, f"{feed}/linear_1", dtype)
        self._norms = [Norm(weights, f"{part}/layer_norm", dtype) for part in (attention, feed)]

    def __call__(self, hidden: Tensor) -> Tensor:
        before_reading, before_feeding = self._norms
        hidden = self._out(self._attention(self._read(before_reading(hidden)))).add_(hidden)
        fed = functional.gelu(self._feed_in(before_feeding(hidden)))
        return self._feed_out(fed).add_(hidden)

    def _attention(self, given: Tensor) -> Tensor:
        """Return values, shape (frames, width), of shape (frames, 3 x width)."""
        parts = given.view(len(given), 3, self._heads, -1).permute(1, 2, 0, 3)
        queries, keys, values = (part.contiguous() for part in parts)
        queries *= queries.shape[-1] ** -0.5
        heard = torch.empty_like(queries)
        for head, (keys_of, values_of) in enumerate(zip(keys, values, strict=True)):
            for rows in range(0, len(given), _ROWS):
                place = head, slice(rows, rows + _ROWS)
                scores = torch.mm(queries[place], keys_of.T)
                torch.mm(scores.softmax(dim=-1), values_of, out=heard[place])
        return heard.transpose(0, 1).flatten(1)

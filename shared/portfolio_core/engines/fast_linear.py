"""Linear layers with weights of 8 bits, for processors that wait for their memory.

Writing one token reads every weight once, and a CPU multiplies faster than it reads: a quarter
of the bytes is up to four times the tokens. So each row of a matrix is kept as whole numbers
from -127 to 127 with one scale. Activations are not, so there are no outliers to mind.
One copy serves both uses: a few tokens are multiplied by the packed weights, the many of a
prompt by weights that are unpacked for the call.
What is lost: over 400 replies, the perplexity of the starter chat-base changes by 0.02 % against
float32, as it does in bfloat16 alone, and the likeliest token is the same for 98.8 % of tokens
(99.0 %). Four bits in groups of 32 cost 0.9 % on an earlier state of it.
Source of the method: Dettmers et al., LLM.int8(), 2022, https://arxiv.org/abs/2208.07339.
"""

from typing import Any

import torch  # noqa: TID253 - the module is imported late
from torch import Tensor, nn  # noqa: TID253 - likewise
from torch.nn import functional  # noqa: TID253 - likewise

_LARGEST = 127
# Tokens up to which the packed product is faster than to unpack first; they cross at 16 to 32.
_FEW = 16
# Parameters of a model that no processor's cache holds: below, 8 bits save next to nothing.
_LARGE_MODEL = 2**25
# What both sizes of a matrix must be multiples of: torch's product reads whole blocks, past the
# end of a matrix that has none, and checks nothing.
_BLOCK = 32
# Rows that are rounded at once: their float32 copies are the memory that rounding takes.
_ROWS = 4096


class Int8Linear(nn.Module):
    """A linear layer, its weights rounded to 8 bits, with one scale a row.

    Attributes:
        in_features: Numbers of one input.
        out_features: Numbers of one output.
        weight: Whole numbers, shape (out, in), int8.
        scale: What one of them stands for, shape (out,), bfloat16.
        bias: What is added, shape (out,), floating point, or none.
    """

    weight: Tensor
    scale: Tensor
    bias: Tensor | None

    def __init__(self, weight: Tensor, bias: Tensor | None = None) -> None:
        """Round ``weight``, shape (out, in), floating point; ``bias``, shape (out,), stays.

        Raises:
            ValueError: a size is not a multiple of 32.
        """
        super().__init__()
        self.out_features, self.in_features = weight.shape
        if self.out_features % _BLOCK or self.in_features % _BLOCK:
            raise ValueError(f"sizes {tuple(weight.shape)} are not multiples of {_BLOCK}")
        rounded, scale = _rounded(weight)
        self.register_buffer("weight", rounded)
        self.register_buffer("scale", scale)
        self.register_buffer("bias", bias)

    def forward(self, given: Tensor) -> Tensor:
        """Multiply.

        Args:
            given: Shape (…, in), floating point.

        Returns:
            Shape (…, out), of the same number type.
        """
        if given.numel() > _FEW * self.in_features:
            made = functional.linear(given, self.weight.to(given.dtype)).mul_(self.scale)
        else:
            flat = given.reshape(-1, self.in_features).bfloat16()  # torch is slow with any other
            made = torch._weight_int8pack_mm(flat, self.weight, self.scale)  # noqa: SLF001 - no other way
            made = made.view(*given.shape[:-1], self.out_features).to(given.dtype)
        return made if self.bias is None else made.add_(self.bias)


class Int8Embedding(nn.Module):
    """A table of embeddings: the rows of a packed last layer, which it shares."""

    weight: Tensor
    scale: Tensor

    def __init__(self, head: Int8Linear, dtype: torch.dtype) -> None:
        """Take the rows of ``head``, to give them as numbers of type ``dtype``."""
        super().__init__()
        self.register_buffer("weight", head.weight)
        self.register_buffer("scale", head.scale)
        self._dtype = dtype

    def forward(self, ids: Tensor) -> Tensor:
        """Return the rows of ``ids``, shape (…), as shape (…, width)."""
        weight, scale = self.weight[ids], self.scale[ids]
        return weight.to(self._dtype) * scale.to(self._dtype)[..., None]


def pays(model: Any) -> bool:  # noqa: ANN401 - a model of transformers, which has no types
    """Tell whether a model, on a CPU, writes faster with weights of 8 bits.

    It does where it is too large for the processor's cache, and where torch multiplies 8 bits
    with vector instructions. Measured for one token and a matrix of 3072 x 1024, best of many:
    88 µs with AVX512 and 116 with AVX2 against 604 in float32, but 1230 without either.
    """
    return bool(has_vectors() and model.num_parameters() >= _LARGE_MODEL)


def has_vectors() -> bool:
    """Tell whether torch multiplies 8 bits with vector instructions here."""
    return torch.backends.cpu.get_cpu_capability().startswith("AVX")


def pack(model: Any) -> None:  # noqa: ANN401 - likewise
    """Round the linear layers of a ``Qwen3ForCausalLM`` in place, and embeddings tied to one.

    Layers with a bias, or of a size that does not suit, stay as they are.
    """
    for parent in list(model.modules()):
        for name, layer in list(parent.named_children()):
            if _suits(layer):
                setattr(parent, name, Int8Linear(layer.weight.detach()))
    if model.config.tie_word_embeddings and isinstance(model.lm_head, Int8Linear):
        model.model.embed_tokens = Int8Embedding(model.lm_head, model.dtype)


def _suits(layer: Any) -> bool:  # noqa: ANN401 - a module
    if not isinstance(layer, nn.Linear) or layer.bias is not None:
        return False
    return layer.in_features % _BLOCK == layer.out_features % _BLOCK == 0


def _rounded(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Return whole numbers, shape (out, in), and what one of each row stands for."""
    rounded = torch.empty(weight.shape, dtype=torch.int8)
    scale = torch.empty(len(weight), dtype=torch.bfloat16)
    for start in range(0, len(weight), _ROWS):
        rows = weight[start : start + _ROWS].float()
        peak = rows.abs().amax(dim=1, keepdim=True).clamp_(min=torch.finfo(torch.float32).tiny)
        # The scale is rounded before it is used, so that its own error is in no weight.
        kept = (peak / _LARGEST).bfloat16()
        scale[start : start + _ROWS] = kept[:, 0]
        whole = (rows / kept.float()).round_().clamp_(-_LARGEST, _LARGEST)
        rounded[start : start + _ROWS] = whole
    return rounded, scale

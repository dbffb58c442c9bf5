"""Networks made ready to be asked only: each normalization becomes a part of its convolution.

What a trained batch normalization does is a factor and a shift for each channel, and so is what
a convolution ends with. The answers are the same but for rounding, in two thirds to nine tenths
of the time.
"""

import copy
from typing import Any


def folded(network: Any) -> Any:  # noqa: ANN401 - a class of transformers
    """Return a copy of a ResNet of ``transformers`` without its normalizations."""
    from torch.nn import Identity
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    made = copy.deepcopy(network).eval()
    for part in made.modules():
        if hasattr(part, "convolution") and hasattr(part, "normalization"):
            part.convolution = fuse_conv_bn_eval(part.convolution, part.normalization)
            part.normalization = Identity()
    return made

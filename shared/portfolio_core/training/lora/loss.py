"""The loss of foretold tokens, without all their scores in memory at once.

With a vocabulary of 150,000, the scores of 1,000 tokens and their gradient take more than a
gigabyte, far more than a small model's activations. Here a part of the tokens is scored, its
loss and the gradient for what went in are computed at once, and the scores are dropped.
The matrix of the scores is frozen, so nothing more is ever asked for.
"""

from functools import cache
from typing import Any

_PART = 128  # tokens scored at once


def summed(hidden: Any, matrix: Any, targets: Any) -> Any:  # noqa: ANN401 - torch's tensors
    """Return the sum of the losses of foretold tokens.

    Args:
        hidden: What the model's last layer says, shape (tokens, width).
        matrix: Leads to scores, shape (vocabulary, width); not trained.
        targets: The ids that come next, shape (tokens,).

    Returns:
        A float32 scalar, in nats; its gradient flows to ``hidden``.
    """
    return _function().apply(hidden, matrix, targets)


@cache
def _function() -> Any:  # noqa: ANN401 - a class made of torch's, which is imported late
    import torch

    class Summed(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, hidden: Any, matrix: Any, targets: Any) -> Any:  # noqa: ANN401
            wanted = ctx.needs_input_grad[0]
            total = torch.zeros((), device=hidden.device)
            gradient = torch.empty_like(hidden) if wanted else None
            for start in range(0, len(hidden), _PART):
                part = slice(start, start + _PART)
                scores = (hidden[part].to(matrix.dtype) @ matrix.T).float()
                target = targets[part, None]
                norm = scores.logsumexp(1, keepdim=True)
                total += (norm - scores.gather(1, target)).sum()
                if gradient is not None:
                    shares = scores.sub_(norm).exp_()
                    shares.scatter_add_(1, target, torch.full_like(norm, -1))
                    gradient[part] = shares.to(matrix.dtype) @ matrix
            ctx.save_for_backward(gradient)
            return total

        @staticmethod
        def backward(ctx: Any, upper: Any) -> Any:  # noqa: ANN401
            (gradient,) = ctx.saved_tensors
            return gradient * upper.to(gradient.dtype), None, None

    return Summed

"""A slider whose end an operator's limit may take away."""

from typing import Any

import gradio as gr


def slider(
    low: float,
    most: float,
    value: float,
    **shown: Any,  # noqa: ANN401 - of two components
) -> gr.Slider | gr.Number:
    """Return a slider from ``low`` to ``most``, or a hidden number where they leave no choice.

    Gradio refuses a slider without a range, and sends a value beyond its end as it is.

    Args:
        low: Least value.
        most: Largest value.
        value: What it stands at, or at ``most`` if that is less.
        shown: What both components take: ``step``, ``label``, ``min_width``.
    """
    if low < most:
        return gr.Slider(low, most, min(value, most), **shown)
    return gr.Number(most, visible=False, **shown)

"""LoRA: an adapter for a chat model of the Qwen3 family, trained on rows of questions and answers.

:func:`tune` does the whole of it: reads and checks the rows, trains, measures, and writes a
folder as on the Hub. The loop is a few lines on ``accelerate``, with ``peft`` for the adapter:
TRL would bring ``datasets`` and ``pyarrow`` for rows that a list holds, and its trainer saves in
place, where a kill leaves half a checkpoint.
"""

from portfolio_core.training.lora.about import About as About
from portfolio_core.training.lora.about import Progress as Progress
from portfolio_core.training.lora.base import base_in as base_in
from portfolio_core.training.lora.plan import Plan as Plan
from portfolio_core.training.lora.tuning import tune as tune

"""A small chat model of the Qwen3 architecture, trained from nothing.

From conversations (:mod:`sources`, :mod:`small_talk`) to token ids (:mod:`vocabulary`,
:mod:`rows`) to weights (:mod:`fitting`). What it learns to read is what it is given to read
when it serves: both are encoded by :class:`portfolio_core.engines.chat.prompting.Prompter`.
"""

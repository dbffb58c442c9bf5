"""The model: a Qwen3 of a small size, with random weights."""

from dataclasses import dataclass
from typing import Any, TypeAlias

Module: TypeAlias = Any
"""A model or tokenizer of ``transformers``, which has no types."""


@dataclass(frozen=True)
class Shape:
    """Sizes of the model; see ``Qwen3Config``. The embedding serves as the last layer, too."""

    vocabulary: int = 6144
    hidden: int = 256
    inner: int = 640
    layers: int = 7
    heads: int = 4
    key_heads: int = 2
    context: int = 1024


def build(shape: Shape, tokenizer: Module, seed: int) -> Module:
    """Return a ``Qwen3ForCausalLM`` with random weights."""
    import torch
    from transformers import GenerationConfig, Qwen3Config, Qwen3ForCausalLM

    ends = [tokenizer.eos_token_id, tokenizer.pad_token_id]
    config = Qwen3Config(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_heads,
        head_dim=shape.hidden // shape.heads,
        max_position_embeddings=shape.context,
        tie_word_embeddings=True,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Qwen3ForCausalLM(config)
    # What Qwen3 recommends for replies without thinking.
    model.generation_config = GenerationConfig(
        do_sample=True,
        temperature=0.7,
        top_p=0.8,
        top_k=20,
        eos_token_id=ends,
        pad_token_id=tokenizer.pad_token_id,
    )
    return model

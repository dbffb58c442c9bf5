"""A Qwen3-0.6B of its real size with random weights, for both sides to load.

qwen_weights.py FOLDER    writes it, in the layout of its repository

Its tokenizer knows single bytes only, so that a text of so many letters has so many tokens;
the matrices have the real vocabulary's size.
"""

import sys
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
# From config.json of Qwen/Qwen3-0.6B
CONFIG: dict[str, Any] = {
    "vocab_size": 151_936,
    "hidden_size": 1024,
    "intermediate_size": 3072,
    "num_hidden_layers": 28,
    "num_attention_heads": 16,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "max_position_embeddings": 40_960,
    "tie_word_embeddings": True,
}


def write(folder: Path) -> None:
    """Write model and tokenizer."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    bare = Tokenizer(models.BPE(vocab={sign: n for n, sign in enumerate(alphabet)}, merges=[]))
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bare.decoder = decoders.ByteLevel()
    words = PreTrainedTokenizerFast(tokenizer_object=bare, eos_token=SPECIAL[2])
    words.add_special_tokens({"additional_special_tokens": SPECIAL})
    words.chat_template = TEMPLATE
    words.save_pretrained(folder)
    torch.manual_seed(1)
    torch.set_default_dtype(torch.bfloat16)  # as it is published, and half to write
    model = Qwen3ForCausalLM(Qwen3Config(**CONFIG))
    model.generation_config.eos_token_id = words.convert_tokens_to_ids(SPECIAL[2])
    model.save_pretrained(folder)


if __name__ == "__main__":
    write(Path(sys.argv[1]))

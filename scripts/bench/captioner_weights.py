"""A Florence-2-base of its real size with random weights, for both sides to load.

captioner_weights.py FOLDER    writes it, in the layout of its repository

Its tokenizer knows single bytes only; the matrices have the real vocabulary's size.
"""

import json
import sys
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import Florence2Config, Florence2ForConditionalGeneration

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<image>"]
IMAGE = SPECIAL.index("<image>")
PLACES = 577  # of a picture: 24 x 24 patches, and their mean
# From config.json of florence-community/Florence-2-base
VISION: dict[str, Any] = {
    "embed_dim": (128, 256, 512, 1024),
    "depths": (1, 1, 9, 1),
    "num_heads": (4, 8, 16, 32),
    "num_groups": (4, 8, 16, 32),
    "projection_dim": 768,
}
TEXT: dict[str, Any] = {
    "model_type": "bart",
    "vocab_size": 51_328,
    "d_model": 768,
    "encoder_layers": 6,
    "decoder_layers": 6,
    "encoder_attention_heads": 12,
    "decoder_attention_heads": 12,
    "encoder_ffn_dim": 3072,
    "decoder_ffn_dim": 3072,
    "max_position_embeddings": 4096,
    "bos_token_id": 0,
    "pad_token_id": 1,
    "eos_token_id": 2,
    "decoder_start_token_id": 2,
    "forced_eos_token_id": 2,
}
LETTERS = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "bos_token": "<s>",
    "eos_token": "</s>",
    "pad_token": "<pad>",
    "unk_token": "<unk>",
    "model_max_length": 1024,
}
PICTURES = {
    "image_processor_type": "CLIPImageProcessor",
    "image_seq_length": PLACES,
    "do_center_crop": False,
    "size": {"height": 768, "width": 768},
    "image_mean": [0.485, 0.456, 0.406],
    "image_std": [0.229, 0.224, 0.225],
}


def write(folder: Path) -> None:
    """Write model, image processor and tokenizer."""
    signs = [*SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    bare = Tokenizer(models.BPE(vocab={sign: n for n, sign in enumerate(signs)}, merges=[]))
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bare.decoder = decoders.ByteLevel()
    bare.add_special_tokens(SPECIAL)
    bare.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(LETTERS))
    (folder / "preprocessor_config.json").write_text(json.dumps(PICTURES))
    torch.manual_seed(1)
    torch.set_default_dtype(torch.float16)  # as it is published
    config = Florence2Config(vision_config=VISION, text_config=TEXT, image_token_id=IMAGE)
    Florence2ForConditionalGeneration(config).save_pretrained(folder)


if __name__ == "__main__":
    write(Path(sys.argv[1]))

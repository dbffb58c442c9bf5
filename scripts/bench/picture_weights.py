"""Stable Diffusion 1.5 of its real size with random weights, for both sides to load.

picture_weights.py FOLDER    writes it as a pipeline of diffusers, in float16 as it is published,
                             with a decoder of TAESD's size in the folder taesd inside
"""

import json
import sys
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    DDIMScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

LETTERS = [*map(chr, range(33, 127)), *map(chr, range(161, 173)), *map(chr, range(174, 324))]


def write(folder: Path) -> None:
    """Write the pipeline into ``folder``."""
    torch.manual_seed(0)
    words = ["<|startoftext|>", "<|endoftext|>", *LETTERS, *(f"{c}</w>" for c in LETTERS)]
    vocabulary, merges = folder / "vocab.json", folder / "merges.txt"
    vocabulary.write_text(json.dumps({word: index for index, word in enumerate(words)}))
    merges.write_text("#version: 0.2\n")
    pipe = StableDiffusionPipeline(
        vae=AutoencoderKL(
            block_out_channels=(128, 256, 512, 512),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            latent_channels=4,
            layers_per_block=2,
            sample_size=512,
        ),
        text_encoder=CLIPTextModel(
            CLIPTextConfig(
                hidden_size=768,
                intermediate_size=3072,
                num_hidden_layers=12,
                num_attention_heads=12,
                projection_dim=768,
                bos_token_id=0,
                eos_token_id=1,
                pad_token_id=1,
            )
        ),
        tokenizer=CLIPTokenizer(str(vocabulary), str(merges), model_max_length=77),
        unet=UNet2DConditionModel(sample_size=64, cross_attention_dim=768, attention_head_dim=8),
        scheduler=DDIMScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.to(torch.float16).save_pretrained(folder)
    AutoencoderTiny().to(torch.float16).save_pretrained(folder / "taesd")


if __name__ == "__main__":
    write(Path(sys.argv[1]))

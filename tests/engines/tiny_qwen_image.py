"""A tiny Qwen-Image with the ControlNet for inpainting, as its Hub folders are laid out."""

import json

_LATENTS = 4
_WIDTH = 16  # of the text encoder
_SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")


def build(folder, controlnet="controlnet"):
    """Write the pipeline, its ControlNet into the folder of that name, and return the folder."""
    import torch
    from diffusers import FlowMatchEulerDiscreteScheduler, QwenImagePipeline

    folder.mkdir(parents=True, exist_ok=True)
    with torch.random.fork_rng():
        torch.manual_seed(5)
        pipe = QwenImagePipeline(
            scheduler=FlowMatchEulerDiscreteScheduler(),
            vae=_vae(),
            text_encoder=_text_encoder(),
            tokenizer=_tokenizer(folder),
            transformer=_transformer(),
        )
        pipe.save_pretrained(folder)
        _controlnet().save_pretrained(folder / controlnet)
    return folder


def _shape():
    return {
        "patch_size": 2,
        "in_channels": 4 * _LATENTS,
        "out_channels": _LATENTS,
        "num_layers": 2,
        "attention_head_dim": 16,
        "num_attention_heads": 2,
        "joint_attention_dim": _WIDTH,
        "axes_dims_rope": (8, 4, 4),
    }


def _transformer():
    from diffusers import QwenImageTransformer2DModel

    return QwenImageTransformer2DModel(**_shape())


def _controlnet():
    from diffusers import QwenImageControlNetModel

    # Beside the latents: the mask, as large as they are.
    return QwenImageControlNetModel(**{**_shape(), "num_layers": 1}, extra_condition_channels=4)


def _vae():
    from diffusers import AutoencoderKLQwenImage

    return AutoencoderKLQwenImage(
        base_dim=8,
        z_dim=_LATENTS,
        num_res_blocks=1,
        latents_mean=[0.0] * _LATENTS,
        latents_std=[1.0] * _LATENTS,
    )


def _text_encoder():
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    config = Qwen2_5_VLConfig(
        text_config={
            "vocab_size": 300,
            "hidden_size": _WIDTH,
            "intermediate_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "num_key_value_heads": 2,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 1e6,
                "mrope_section": [1, 1, 2],
            },
        },
        vision_config={
            "depth": 1,
            "hidden_size": 16,
            "intermediate_size": 16,
            "num_heads": 2,
            "out_hidden_size": _WIDTH,
        },
    )
    return Qwen2_5_VLForConditionalGeneration(config)


def _tokenizer(folder):
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import Qwen2Tokenizer

    letters = sorted(ByteLevel.alphabet())
    vocabulary, merges = folder / "vocab.json", folder / "merges.txt"
    vocabulary.write_text(json.dumps({t: n for n, t in enumerate([*letters, *_SPECIAL])}))
    merges.write_text("#version: 0.2\n")
    made = Qwen2Tokenizer(str(vocabulary), str(merges))
    vocabulary.unlink()
    merges.unlink()
    return made

"""Tiny pipelines of diffusers in Hub layout: the real classes, random weights.

A picture of them has no meaning, but the same seed and prompt give the same one, and others
give another.
"""

import json
import re
import shutil

PICTURE = 64  # pixels of a side: 32 of the latents
_TOKENS = 77
_LATENTS = 4


def text_to_image(folder, **settings):
    """Write a ``StableDiffusionPipeline`` and return the folder."""
    from diffusers import StableDiffusionPipeline

    return _saved(StableDiffusionPipeline, folder, _sd_parts(folder, _LATENTS), **settings)


def inpaint(folder, **settings):
    """Write a ``StableDiffusionInpaintPipeline``, its UNet of nine channels."""
    from diffusers import StableDiffusionInpaintPipeline

    parts = _sd_parts(folder, 2 * _LATENTS + 1)
    return _saved(StableDiffusionInpaintPipeline, folder, parts, **settings)


def sdxl(folder, **settings):
    """Write a ``StableDiffusionXLPipeline``."""
    from diffusers import StableDiffusionXLPipeline

    return _saved(StableDiffusionXLPipeline, folder, _sdxl_parts(folder, _LATENTS), **settings)


def sdxl_refiner(folder, **settings):
    """Write a ``StableDiffusionXLImg2ImgPipeline`` as the refiner: the second encoder only."""
    from diffusers import StableDiffusionXLImg2ImgPipeline

    parts = _sdxl_parts(folder, _LATENTS, refiner=True)
    settings = {"requires_aesthetics_score": True, **settings}
    return _saved(StableDiffusionXLImg2ImgPipeline, folder, parts, **settings)


def sdxl_with_refiner(folder):
    """Write SDXL as its engine wants it: refiner and another VAE in folders inside.

    The refiner is one file with the names that its publisher gave the weights;
    :func:`refiner_unet` is its configuration.
    """
    from safetensors.torch import save_file

    sdxl(folder)
    shutil.copytree(folder / "vae", folder / "vae_fp16")
    unet = _refiner_unet()
    layers = unet.config.layers_per_block
    renamed = {_published(name, layers): w for name, w in unet.state_dict().items()}
    (folder / "refiner").mkdir()
    save_file(renamed, folder / "refiner" / "sd_xl_refiner_1.0.safetensors")
    return folder


def refiner_unet():
    """Return the configuration of the tiny refiner's network."""
    return {k: v for k, v in _refiner_unet().config.items() if not k.startswith("_")}


def lcm(folder):
    """Write Stable Diffusion 1 with a LoRA and a tiny VAE in folders inside."""
    text_to_image(folder)
    _tiny_vae().save_pretrained(folder / "taesd")
    _lora(folder / "lcm")
    return folder


def sdxl_inpaint(folder, **settings):
    """Write a ``StableDiffusionXLInpaintPipeline``, its UNet of nine channels."""
    from diffusers import StableDiffusionXLInpaintPipeline

    parts = _sdxl_parts(folder, 2 * _LATENTS + 1)
    return _saved(StableDiffusionXLInpaintPipeline, folder, parts, **settings)


def safety_checker(threshold=None):
    """Return a checker and what prepares its pictures; ``threshold=-2.0`` hides every picture."""
    import torch
    from diffusers.pipelines.stable_diffusion import StableDiffusionSafetyChecker
    from transformers import CLIPConfig, CLIPImageProcessor

    vision = {
        "hidden_size": 16,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "image_size": 16,
        "patch_size": 8,
        "projection_dim": 8,
    }
    with torch.random.fork_rng():
        torch.manual_seed(1)
        checker = StableDiffusionSafetyChecker(CLIPConfig(vision_config=vision, projection_dim=8))
    level = 2.0 if threshold is None else threshold  # over any cosine: nothing is hidden
    checker.concept_embeds_weights.data.fill_(level)
    checker.special_care_embeds_weights.data.fill_(2.0)
    size = {"height": 16, "width": 16}
    return checker, CLIPImageProcessor(size=size, crop_size=size)


def change(folder, part, changed):
    """Write the weights of a part of the pipeline in ``folder`` anew: name to tensor, changed."""
    from safetensors.torch import load_file, save_file

    (file,) = (folder / part).glob("*.safetensors")
    weights = load_file(file)
    changed(weights)
    save_file(weights, file, {"format": "pt"})


def _saved(kind, folder, parts, **settings):
    kind(**parts, **settings).save_pretrained(folder)
    return folder


def _sd_parts(folder, channels):
    checker, preparation = safety_checker()
    return {
        "unet": _unet(channels),
        "vae": _vae(),
        "text_encoder": _text_encoder(),
        "tokenizer": _tokenizer(folder),
        "scheduler": _scheduler(),
        "safety_checker": checker,
        "feature_extractor": preparation,
    }


def _sdxl_parts(folder, channels, *, refiner=False):
    width = 32
    # Beside the pooled prompt: six numbers of size and crop, or four and an aesthetic score.
    numbers = 5 if refiner else 6
    time = 8
    unet = _unet(
        channels,
        cross_attention_dim=width if refiner else 2 * width,
        addition_embed_type="text_time",
        addition_time_embed_dim=time,
        projection_class_embeddings_input_dim=numbers * time + width,
    )
    both = {"text_encoder": _text_encoder(), "tokenizer": _tokenizer(folder)}
    alone = {"text_encoder": None, "tokenizer": None}
    return {
        "unet": unet,
        "vae": _vae(),
        **(alone if refiner else both),
        "text_encoder_2": _text_encoder(projected=True),
        "tokenizer_2": _tokenizer(folder),
        "scheduler": _scheduler(),
    }


def _refiner_unet():
    width, time = 32, 8
    return _unet(
        _LATENTS,
        addition_embed_type="text_time",
        addition_time_embed_dim=time,
        projection_class_embeddings_input_dim=5 * time + width,
        use_linear_projection=True,
    )


_PUBLISHED = (
    ("time_embedding.linear_1", "time_embed.0"),
    ("time_embedding.linear_2", "time_embed.2"),
    ("add_embedding.linear_1", "label_emb.0.0"),
    ("add_embedding.linear_2", "label_emb.0.2"),
    ("conv_in", "input_blocks.0.0"),
    ("conv_norm_out", "out.0"),
    ("conv_out", "out.2"),
    ("mid_block.resnets.0", "middle_block.0"),
    ("mid_block.attentions.0", "middle_block.1"),
    ("mid_block.resnets.1", "middle_block.2"),
)
_OF_RESNETS = (
    ("norm1", "in_layers.0"),
    ("conv1", "in_layers.2"),
    ("time_emb_proj", "emb_layers.1"),
    ("norm2", "out_layers.0"),
    ("conv2", "out_layers.3"),
    ("conv_shortcut", "skip_connection"),
)


def _published(name, layers):
    """Return what a weight of the UNet is called in its publisher's files."""
    found = re.fullmatch(r"(down|up)_blocks\.(\d+)\.(\w+)\.(\d+)\.(.+)", name)
    if found is None:
        for ours, theirs in _PUBLISHED:
            name = re.sub(rf"^{re.escape(ours)}\.", f"{theirs}.", name)
    else:
        way, block, part, layer = found[1], int(found[2]), found[3], int(found[4])
        first = block * (layers + 1) + (way == "down")
        side = "input" if way == "down" else "output"
        place = {"resnets": 0, "attentions": 1, "downsamplers": 0, "upsamplers": 2 - block}[part]
        at = first + (layer if part in ("resnets", "attentions") else layers)
        rest = found[5].replace("conv.", "op.") if part == "downsamplers" else found[5]
        name = f"{side}_blocks.{at}.{place}.{rest}"
    if "attentions" not in name and "transformer_blocks" not in name:
        for ours, theirs in _OF_RESNETS:
            name = name.replace(f".{ours}.", f".{theirs}.")
    return f"model.diffusion_model.{name}"


def _unet(channels, **settings):
    import torch
    from diffusers import UNet2DConditionModel

    settings = {"cross_attention_dim": 32, **settings}
    with torch.random.fork_rng():
        torch.manual_seed(2)
        return UNet2DConditionModel(
            sample_size=PICTURE // 2,
            in_channels=channels,
            out_channels=_LATENTS,
            block_out_channels=(16, 32),
            layers_per_block=1,
            norm_num_groups=8,
            attention_head_dim=8,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            **settings,
        )


def _vae():
    import torch
    from diffusers import AutoencoderKL

    with torch.random.fork_rng():
        torch.manual_seed(3)
        return AutoencoderKL(
            block_out_channels=(8, 16),
            down_block_types=("DownEncoderBlock2D",) * 2,
            up_block_types=("UpDecoderBlock2D",) * 2,
            latent_channels=_LATENTS,
            norm_num_groups=4,
            sample_size=PICTURE,
            force_upcast=False,
        )


def _tiny_vae():
    import torch
    from diffusers import AutoencoderTiny

    with torch.random.fork_rng():
        torch.manual_seed(5)
        return AutoencoderTiny(
            encoder_block_out_channels=(8, 8),
            decoder_block_out_channels=(8, 8),
            num_encoder_blocks=(1, 1),
            num_decoder_blocks=(1, 1),
        )


def _lora(folder):
    import torch
    from diffusers import StableDiffusionPipeline
    from peft import LoraConfig, get_peft_model_state_dict

    unet = _unet(_LATENTS)
    names = ["to_q", "to_k", "to_v", "to_out.0"]
    with torch.random.fork_rng():
        torch.manual_seed(6)
        unet.add_adapter(LoraConfig(r=2, target_modules=names, init_lora_weights=False))
    layers = get_peft_model_state_dict(unet)
    StableDiffusionPipeline.save_lora_weights(folder, unet_lora_layers=layers)


def _text_encoder(*, projected=False):
    import torch
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    config = CLIPTextConfig(
        vocab_size=len(_vocabulary()),
        hidden_size=32,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=_TOKENS,
        projection_dim=32,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
        initializer_range=1.0,  # or no prompt would differ from another
    )
    with torch.random.fork_rng():
        torch.manual_seed(4)
        return (CLIPTextModelWithProjection if projected else CLIPTextModel)(config)


def _scheduler():
    from diffusers import DDIMScheduler

    return DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )


def _vocabulary():
    """Return a CLIP vocabulary of single letters."""
    letters = [chr(code) for code in (*range(33, 127), *range(161, 173), *range(174, 256))]
    letters += [chr(256 + index) for index in range(68)]
    tokens = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{c}</w>" for c in letters)]
    return {token: index for index, token in enumerate(tokens)}


def _tokenizer(folder):
    from transformers import CLIPTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    vocabulary, merges = folder / "vocab.json", folder / "merges.txt"
    vocabulary.write_text(json.dumps(_vocabulary()))
    merges.write_text("#version: 0.2\n")
    made = CLIPTokenizer(str(vocabulary), str(merges), model_max_length=_TOKENS)
    vocabulary.unlink()
    merges.unlink()
    return made

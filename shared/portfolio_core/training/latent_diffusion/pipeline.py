"""The trained parts as a pipeline of diffusers."""

import json
from pathlib import Path
from typing import Any, TypeAlias

from portfolio_core.training.latent_diffusion.denoiser import Parts
from portfolio_core.training.latent_diffusion.tokens import MOST_TOKENS, Tokenizer

Module: TypeAlias = Any
"""A ``torch.nn.Module`` or a pipeline; torch and diffusers are imported late."""

CALL = {
    "num_inference_steps": 20,
    "guidance_scale": 3.0,
    "max_sequence_length": MOST_TOKENS,
    "clean_caption": False,
    "use_resolution_binning": False,
}
"""What the pipeline is called with, unless somebody says otherwise."""


def assemble(parts: Parts, autoencoder: Module, tokenizer: Tokenizer) -> Module:
    """Return a ``PixArtAlphaPipeline`` of the trained parts."""
    from diffusers import DPMSolverMultistepScheduler, PixArtAlphaPipeline

    scheduler = DPMSolverMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=1.0
    )
    pipe = PixArtAlphaPipeline(
        tokenizer=tokenizer,
        text_encoder=parts.text_encoder,
        vae=autoencoder,
        transformer=parts.transformer,
        scheduler=scheduler,
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def save(pipe: Module, folder: Path) -> None:
    """Write ``pipe`` to ``folder`` as on the Hub, its weights in float16."""
    import torch

    pipe.to(dtype=torch.float16)
    pipe.save_pretrained(folder)
    pipe.to(dtype=torch.float32)
    for file in folder.rglob("*.json"):
        _forget_where(file)


def _forget_where(file: Path) -> None:
    """Take out where the parts came from: a folder of one machine says nothing elsewhere."""
    told = json.loads(file.read_bytes())
    if told.pop("_name_or_path", None) is not None:
        file.write_text(f"{json.dumps(told, indent=2)}\n", "utf-8")

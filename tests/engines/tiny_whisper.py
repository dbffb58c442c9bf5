"""A tiny Whisper as faster-whisper loads it: the real classes, random weights, the real vocabulary.

To try a Space with it: python tests/engines/tiny_whisper.py FOLDER, then start the Space with
PORTFOLIO_MODELS_DIR=FOLDER and PORTFOLIO_PRESET=tiny.
"""

import json
import sys
from pathlib import Path

from portfolio_core import catalog, hub
from portfolio_core.engines.speech_to_text import WHISPER_LANGUAGES
from portfolio_core.settings import Settings

# CTranslate2 finds the commands by their names, and takes a model for multilingual whose
# vocabulary holds the empty word, as the real one's does just before them.
WORDS, VOCABULARY = 50_257, 51_866
_COMMANDS = ("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")
_TIMES = 1_501


def build(models_dir, keys=("whisper-base", "whisper-small", "whisper-large-v3-turbo")):
    """Write the models where the Hub's client would, and return the folder of the first."""
    folders = []
    for key in keys:
        model = catalog.by_key(key)
        folder = hub.folder(model, Settings(models_dir=models_dir))
        write(folder)
        (folder / "verified.json").write_text(json.dumps(dict(model.hub.sha256)))
        folders.append(folder)
    return folders[0]


def write(folder, width=32, layers=1, heads=2):
    """Write one model, its tokenizer and its vocabulary."""
    import torch
    from ctranslate2.converters.transformers import WhisperLoader
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    sizes = {"layers": layers, "attention_heads": heads, "ffn_dim": 4 * width}
    both = {f"{side}_{k}": v for side in ("encoder", "decoder") for k, v in sizes.items()}
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(1)
        config = WhisperConfig(vocab_size=VOCABULARY, d_model=width, **both)
        model = WhisperForConditionalGeneration(config).eval()
        spec = WhisperLoader().get_model_spec(model)
    names = vocabulary()
    ids = {name: place for place, name in enumerate(names)}
    spec.register_vocabulary(names)
    spec.config.suppress_ids = [ids["<|nospeech|>"]]
    spec.config.suppress_ids_begin = [ids["<|endoftext|>"]]
    spec.config.lang_ids = [ids[f"<|{language}|>"] for language in WHISPER_LANGUAGES]
    spec.config.alignment_heads = [(layers - 1, head) for head in range(heads)]
    spec.validate()
    spec.optimize(quantization="float32")
    folder.mkdir(parents=True)
    spec.save(str(folder))
    _tokenizer(names).save(str(folder / "tokenizer.json"))


def vocabulary():
    """The names of all tokens: single bytes, words ``w300`` and on, commands, times."""
    from tokenizers import pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = [f"Ġw{n}" for n in range(len(letters), WORDS - 1)]
    commands = ["endoftext", "startoftranscript", *WHISPER_LANGUAGES, *_COMMANDS]
    times = [f"{n * 0.02:.2f}" for n in range(_TIMES)]
    names = letters + words + [""] + [f"<|{name}|>" for name in commands + times]
    assert len(names) == VOCABULARY
    return names


def _tokenizer(names):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    ids = {name: place for place, name in enumerate(names[:WORDS])}
    tokenizer = Tokenizer(models.BPE(vocab=ids, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(names[WORDS : VOCABULARY - _TIMES])
    return tokenizer


if __name__ == "__main__":
    print(build(Path(sys.argv[1])))

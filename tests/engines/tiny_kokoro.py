"""A tiny Kokoro in Hub layout: the real classes, random weights, 50 ms a phoneme.

To try a Space with it: python tests/engines/tiny_kokoro.py FOLDER, then start the Space with
PORTFOLIO_MODELS_DIR=FOLDER.
"""

import hashlib
import json
import sys
from pathlib import Path

from portfolio_core import catalog, hub
from portfolio_core.engines.text_to_speech import kokoro_voices
from portfolio_core.settings import Settings

MODEL = catalog.by_key("kokoro-82m")
# The real one's vocabulary.
_PHONEMES = (
    ';:,.!?—…"()“” \u0303ʣʥʦʨᵝ\uab67AIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸ'
    "θœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ"
)
# hidden_dim, style_dim and upsample_initial_channel are written into the package's code. With
# the real max_dur of 50, random weights would make a minute of noise of each sentence.
CONFIG = {
    "istftnet": {
        "upsample_kernel_sizes": [20, 12],
        "upsample_rates": [10, 6],
        "gen_istft_hop_size": 5,
        "gen_istft_n_fft": 20,
        "resblock_dilation_sizes": [[1, 3, 5]],
        "resblock_kernel_sizes": [3],
        "upsample_initial_channel": 512,
    },
    "dim_in": 64,
    "dropout": 0.2,
    "hidden_dim": 512,
    "max_dur": 2,
    "n_layer": 1,
    "n_mels": 80,
    "n_token": 178,
    "style_dim": 128,
    "text_encoder_kernel_size": 5,
    "plbert": {
        "hidden_size": 32,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 512,
        "num_hidden_layers": 1,
        "dropout": 0.1,
    },
    "vocab": {c: n for n, c in enumerate(_PHONEMES, 1)},
}


def build(models_dir):
    """Write the model and all its voices where the Hub's client would, and return the folder."""
    import torch
    from kokoro import KModel

    settings = Settings(models_dir=models_dir)
    folder = hub.folder(MODEL, settings)
    (folder / "voices").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    weights = folder / "kokoro-v1_0.pth"
    torch.save({}, weights)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        model = KModel("hexgrad/Kokoro-82M", str(folder / "config.json"), str(weights))
        _slow_down(model)
        parts = ("bert", "bert_encoder", "predictor", "text_encoder", "decoder")
        states = {part: getattr(model, part).half().state_dict() for part in parts}
        torch.save(states, weights)
        for voice in kokoro_voices.VOICES:
            seed = int(hashlib.sha256(voice.key.encode()).hexdigest()[:8], 16)
            torch.manual_seed(seed)
            torch.save(torch.randn(510, 1, 256), folder / "voices" / f"{voice.key}.pt")
    # The digests are those of the real files: a folder that says so is taken to be whole.
    named = {**MODEL.hub.sha256, **MODEL.hub.extras}
    (folder / "verified.json").write_text(json.dumps(dict(named)))
    return folder


def _slow_down(model):
    """Let each phoneme last two frames at speed 1, four at half of it and one at double."""
    import torch

    with torch.no_grad():
        model.predictor.duration_proj.linear_layer.bias.fill_(3)


if __name__ == "__main__":
    print(build(Path(sys.argv[1])))

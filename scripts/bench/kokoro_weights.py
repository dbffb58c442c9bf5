"""A Kokoro of its real size with random weights, for both sides to load.

kokoro_weights.py FOLDER    writes it, in the layout of its repository

Random weights would choose any duration: the layer that predicts it is set so that each
phoneme lasts three frames, 75 ms, whatever the text.
"""

import json
import sys
from pathlib import Path

import torch
from kokoro import KModel

FRAMES = 3
VOICE = "ef_dora"
PHONEMES = (
    ';:,.!?—…"()“” \u0303ʣʥʦʨᵝ\uab67AIOQSTWYᵊabcdefhijklmnopqrstuvwxyz\u0251ɐɒæβɔɕçɖðʤəɚɛɜɟ\u0261ɥɨ'
    "\u026aʝ\u026fɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌ\u0263ɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ"
)
CONFIG = {
    "istftnet": {
        "upsample_kernel_sizes": [20, 12],
        "upsample_rates": [10, 6],
        "gen_istft_hop_size": 5,
        "gen_istft_n_fft": 20,
        "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
        "resblock_kernel_sizes": [3, 7, 11],
        "upsample_initial_channel": 512,
    },
    "dim_in": 64,
    "dropout": 0.2,
    "hidden_dim": 512,
    "max_dur": 50,
    "n_layer": 3,
    "n_mels": 80,
    "n_token": 178,
    "style_dim": 128,
    "text_encoder_kernel_size": 5,
    "plbert": {
        "hidden_size": 768,
        "num_attention_heads": 12,
        "intermediate_size": 2048,
        "max_position_embeddings": 512,
        "num_hidden_layers": 12,
        "dropout": 0.1,
    },
    "vocab": {c: n for n, c in enumerate(PHONEMES, 1)},
}


def write(folder: Path) -> None:
    """Write configuration, weights and one voice into ``folder``."""
    (folder / "voices").mkdir(parents=True, exist_ok=True)
    config, weights = folder / "config.json", folder / "kokoro-v1_0.pth"
    config.write_text(json.dumps(CONFIG))
    torch.save({}, weights)
    torch.manual_seed(0)
    model = KModel("hexgrad/Kokoro-82M", str(config), str(weights))
    with torch.no_grad():
        duration = model.predictor.duration_proj.linear_layer
        duration.weight.zero_()
        duration.bias.fill_(-100)[:FRAMES] = 100
    parts = ("bert", "bert_encoder", "predictor", "text_encoder", "decoder")
    torch.save({part: getattr(model, part).state_dict() for part in parts}, weights)
    torch.save(torch.randn(510, 1, 256), folder / "voices" / f"{VOICE}.pt")


if __name__ == "__main__":
    write(Path(sys.argv[1]))

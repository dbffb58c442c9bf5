"""Tiny TrOCR models in the real layout: the real classes, and weights that say one sentence.

The decoder's layers are set to nothing, so that what a token leads to is a table: each word
of the sentence leads to the next one, and the last one to the end. ``sure`` is the logit of
that next word; the others have 0, so it says how sure the model is of what it writes.
"""

import json
from itertools import pairwise

PICTURE = 32  # pixels a side, of the tiny one
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
START, PAD, END = 2, 1, 2


def build(folder, sentence, sure=20.0, seed=0):
    """Write a model that says ``sentence``, its words all different, and what prepares for it."""
    folder.mkdir(parents=True, exist_ok=True)
    words = [f"Ġ{word}" for word in sentence.split()]
    assert len(set(words)) == len(words)
    vocabulary = {word: index for index, word in enumerate([*SPECIAL, *words])}
    _preparation(folder, vocabulary)
    _model(folder, len(vocabulary), [START, *(vocabulary[word] for word in words), END], sure, seed)
    return folder


def _preparation(folder, vocabulary):
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    special = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    (folder / "special_tokens_map.json").write_text(json.dumps(special))
    letters = {"tokenizer_class": "RobertaTokenizer", "model_max_length": 512, **special}
    (folder / "tokenizer_config.json").write_text(json.dumps(letters))
    pictures = {
        "do_normalize": True,
        "do_resize": True,
        "feature_extractor_type": "ViTFeatureExtractor",
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
        "resample": 2,
        "size": PICTURE,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(pictures))


def _model(folder, size, chain, sure, seed):
    import torch
    from transformers import (
        TrOCRConfig,
        VisionEncoderDecoderConfig,
        VisionEncoderDecoderModel,
        ViTConfig,
    )

    width = max(16, 2 * -(-size // 2))
    encoder = ViTConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        image_size=PICTURE,
        patch_size=16,
    )
    decoder = TrOCRConfig(
        vocab_size=size,
        d_model=width,
        decoder_layers=1,
        decoder_attention_heads=2,
        decoder_ffn_dim=16,
        max_position_embeddings=256,
        cross_attention_hidden_size=16,
        tie_word_embeddings=False,
        decoder_start_token_id=START,
        pad_token_id=PAD,
        eos_token_id=END,
        is_decoder=True,
        add_cross_attention=True,
    )
    config = VisionEncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = VisionEncoderDecoderModel(config)
        with torch.no_grad():
            _follow(model.decoder, chain, width, sure)
        model.save_pretrained(folder)


def _follow(decoder, chain, width, sure):
    """Make ``decoder`` a table from each token of ``chain`` to the next."""
    import torch

    inner = decoder.model.decoder
    inner.embed_tokens.weight.copy_(torch.eye(len(inner.embed_tokens.weight), width))
    inner.embed_positions.weight.zero_()
    for layer in inner.layers:
        for part in (layer.self_attn.out_proj, layer.encoder_attn.out_proj, layer.fc2):
            part.weight.zero_()
            part.bias.zero_()
    # After the norms a token is about sqrt(width) in its own place and near 0 elsewhere.
    decoder.output_projection.weight.zero_()
    for token, following in pairwise(chain):
        decoder.output_projection.weight[following, token] += sure / (width - 1) ** 0.5

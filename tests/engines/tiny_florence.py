"""A tiny Florence-2 in the real layout: the real classes, and weights that say one sentence.

As in ``tiny_trocr``, the decoder's layers are set to nothing, so that what a token leads to is a
table: each word of the sentence leads to the next one, and the last one to the end.
"""

import json
from itertools import pairwise

PICTURE = 64  # pixels a side, of the tiny one
PLACES = 5  # of a picture in the prompt: 2 x 2 patches, and their mean
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<image>"]
BEGIN, PAD, END, IMAGE = 0, 1, 2, 4


def build(folder, sentence):
    """Write a model that says ``sentence``, its words all different."""
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    words = [f"Ġ{word}" for word in sentence.split()]
    assert len(set(words)) == len(words)
    vocabulary = _preparation(folder, words)
    chain = [END, *(vocabulary[word] for word in words), END]
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = _model(len(vocabulary))
        with torch.no_grad():
            _follow(model, chain)
        model.save_pretrained(folder)
    return folder


def _preparation(folder, words):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: index for index, token in enumerate([*SPECIAL, *letters, *words])}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<s>",
        "eos_token": "</s>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "extra_special_tokens": {"image_token": "<image>"},
        "model_max_length": 512,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    pictures = {
        "image_processor_type": "CLIPImageProcessor",
        "image_seq_length": PLACES,
        "do_resize": True,
        "do_center_crop": False,
        "do_normalize": True,
        "size": {"height": PICTURE, "width": PICTURE},
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(pictures))
    return vocabulary


def _model(size):
    from transformers import Florence2Config, Florence2ForConditionalGeneration

    width = 2 * -(-size // 2)
    config = Florence2Config(
        vision_config={
            "embed_dim": (8, 8, 8, 8),
            "depths": (1, 1, 1, 1),
            "num_heads": (2, 2, 2, 2),
            "num_groups": (2, 2, 2, 2),
            "window_size": 2,
            "projection_dim": width,
        },
        text_config={
            "model_type": "bart",
            "vocab_size": size,
            "d_model": width,
            "encoder_layers": 1,
            "decoder_layers": 1,
            "encoder_attention_heads": 2,
            "decoder_attention_heads": 2,
            "encoder_ffn_dim": 16,
            "decoder_ffn_dim": 16,
            "max_position_embeddings": 512,
            "bos_token_id": BEGIN,
            "pad_token_id": PAD,
            "eos_token_id": END,
            "decoder_start_token_id": END,
            "forced_eos_token_id": END,
        },
        image_token_id=IMAGE,
        tie_word_embeddings=False,
    )
    return Florence2ForConditionalGeneration(config)


def _follow(model, chain):
    """Make the decoder a table from each token of ``chain`` to the next."""
    import torch

    decoder = model.model.language_model.decoder
    width = decoder.embed_tokens.weight.shape[1]
    decoder.embed_tokens.weight.copy_(torch.eye(len(decoder.embed_tokens.weight), width))
    decoder.embed_positions.weight.zero_()
    for layer in decoder.layers:
        for part in (layer.self_attn.out_proj, layer.encoder_attn.out_proj, layer.fc2):
            part.weight.zero_()
            part.bias.zero_()
    model.lm_head.weight.zero_()
    for token, following in pairwise(chain):
        model.lm_head.weight[following, token] += 20 / (width - 1) ** 0.5

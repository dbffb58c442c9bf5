"""A tiny Qwen3-VL in the real layout: the real classes, and weights that write one text.

As in ``tiny_trocr``, the decoder's layers are set to nothing and its head is a table from each
token to the next. The text begins after the line break that ends the prompt. A text whose last
token leads back to an earlier one goes round for ever.
"""

import json
from itertools import pairwise

SPECIAL = [
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
]
LINE_BREAK = "\n"  # what the prompt ends with


def build(folder, tokens, back_to=None):
    """Write a model that writes ``tokens``, all different, then ends or goes ``back_to`` one."""
    import torch
    from tokenizers.pre_tokenizers import ByteLevel

    folder.mkdir(parents=True, exist_ok=True)
    assert len(set(tokens)) == len(tokens)
    letters = sorted(ByteLevel.alphabet())
    written = [_as_bytes(token) for token in tokens]
    vocabulary = {t: n for n, t in enumerate([*letters, *(w for w in written if w not in letters)])}
    _preparation(folder, vocabulary)
    special = {name: len(vocabulary) + n for n, name in enumerate(SPECIAL)}
    start, end = vocabulary[_as_bytes(LINE_BREAK)], special["<|im_end|>"]
    chain = [start, *(vocabulary[w] for w in written)]
    chain.append(end if back_to is None else vocabulary[_as_bytes(back_to)])
    with torch.random.fork_rng():
        torch.manual_seed(0)
        _model(special, len(vocabulary) + len(SPECIAL), chain).save_pretrained(folder)
    return folder


def _as_bytes(token):
    from tokenizers.pre_tokenizers import ByteLevel

    pieces = ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str(token)
    return "".join(piece for piece, _ in pieces)


def _preparation(folder, vocabulary):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    settings = {
        "tokenizer_class": "Qwen2Tokenizer",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "model_max_length": 4096,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    pictures = {
        "image_processor_type": "Qwen2VLImageProcessorFast",
        "size": {"shortest_edge": 65536, "longest_edge": 16777216},
        "patch_size": 16,
        "temporal_patch_size": 2,
        "merge_size": 2,
        "image_mean": [0.5, 0.5, 0.5],
        "image_std": [0.5, 0.5, 0.5],
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(pictures))


def _model(special, size, chain):
    import torch
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    width = 2 * -(-size // 2)
    config = Qwen3VLConfig(
        text_config={
            "vocab_size": size,
            "hidden_size": width,
            "intermediate_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "num_key_value_heads": 1,
            "head_dim": 16,
            "max_position_embeddings": 16384,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 10000.0,
                "mrope_interleaved": True,
                "mrope_section": [4, 2, 2],
            },
            "bos_token_id": special["<|endoftext|>"],
            "eos_token_id": special["<|im_end|>"],
            "pad_token_id": special["<|endoftext|>"],
        },
        vision_config={
            "depth": 1,
            "hidden_size": 16,
            "intermediate_size": 16,
            "num_heads": 2,
            "out_hidden_size": width,
            "patch_size": 16,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
            "num_position_embeddings": 16,
            "deepstack_visual_indexes": [0],
        },
        image_token_id=special["<|image_pad|>"],
        video_token_id=special["<|video_pad|>"],
        vision_start_token_id=special["<|vision_start|>"],
        vision_end_token_id=special["<|vision_end|>"],
        tie_word_embeddings=False,
    )
    model = Qwen3VLForConditionalGeneration(config)
    with torch.no_grad():
        _follow(model, chain, width)
    model.generation_config.update(
        eos_token_id=[special["<|im_end|>"], special["<|endoftext|>"]],
        pad_token_id=special["<|endoftext|>"],
        do_sample=True,
        temperature=0.7,
        top_k=20,
        top_p=0.8,
    )
    return model


def _follow(model, chain, width):
    """Make the decoder a table from each token of ``chain`` to the next."""
    import torch

    text = model.model.language_model
    text.embed_tokens.weight.copy_(torch.eye(len(text.embed_tokens.weight), width))
    for layer in text.layers:
        layer.self_attn.o_proj.weight.zero_()
        layer.mlp.down_proj.weight.zero_()
    model.lm_head.weight.zero_()
    for token, following in pairwise(chain):
        model.lm_head.weight[following, token] = 1.0

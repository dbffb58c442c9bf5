"""A tiny BLIP: the real class, and weights that say one sentence, as a PyTorch file.

As in ``tiny_trocr``, the decoder's layers are set to nothing, so that what a token leads to is a
table: each word of the sentence leads to the next one, and the last one to the end.
"""

from itertools import pairwise

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[DEC]"]
PAD, END, BEGIN = 0, 3, 4


def config(words):
    """What the tiny model's configuration says, for a sentence of ``words`` words."""
    width = 2 * -(-(len(SPECIAL) + words) // 2)
    small = {"num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    text = {
        "vocab_size": len(SPECIAL) + words,
        "hidden_size": width,
        "encoder_hidden_size": 16,
        "projection_dim": 16,
        "bos_token_id": BEGIN,
        "pad_token_id": PAD,
        "eos_token_id": END,
        "sep_token_id": END,
        "max_position_embeddings": 64,
    }
    vision = {"hidden_size": 16, "image_size": 32, "patch_size": 16, "projection_dim": 16}
    return {"text_config": {**small, **text}, "vision_config": {**small, **vision}}


def build(folder, sentence):
    """Write a model that says ``sentence``, its words all different."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import BlipConfig, BlipForConditionalGeneration

    folder.mkdir(parents=True, exist_ok=True)
    words = sentence.split()
    assert len(set(words)) == len(words)
    vocabulary = {word: n for n, word in enumerate([*SPECIAL, *words])}
    letters = Tokenizer(models.WordPiece(vocab=vocabulary, unk_token="[UNK]"))
    letters.pre_tokenizer = pre_tokenizers.Whitespace()
    letters.decoder = decoders.WordPiece()
    letters.add_special_tokens(SPECIAL)
    letters.save(str(folder / "tokenizer.json"))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = BlipForConditionalGeneration(BlipConfig(**config(len(words))))
        with torch.no_grad():
            _follow(model.text_decoder, [BEGIN, *(vocabulary[word] for word in words), END])
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    return folder


def _follow(decoder, chain):
    """Make ``decoder`` a table from each token of ``chain`` to the next."""
    import torch

    inner, head = decoder.bert, decoder.cls.predictions
    width = inner.embeddings.word_embeddings.weight.shape[1]
    eye = torch.eye(len(inner.embeddings.word_embeddings.weight), width)
    inner.embeddings.word_embeddings.weight.copy_(eye)
    inner.embeddings.position_embeddings.weight.zero_()
    for layer in inner.encoder.layer:
        for part in (layer.attention.output, layer.crossattention.output, layer.output):
            part.dense.weight.zero_()
            part.dense.bias.zero_()
    # The head's own layer leads from each token to the next; its last one knows words as they are
    head.transform.dense.weight.zero_()
    head.transform.dense.bias.zero_()
    for token, following in pairwise(chain):
        head.transform.dense.weight[following, token] = 1.0

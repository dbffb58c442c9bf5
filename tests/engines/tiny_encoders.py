"""Tiny embedding and reranking models in Hub layout: the real classes, random weights."""

import string

WORDS = ("query", "passage", ":", "the", "cat", "dog", "sat", "mat", "stock", "price", "rose")
HANGUL = "고양이가개는주식값오르다앉았매트위에"


def bert(folder, labels=None):
    """Write a BERT, as e5-small-v2 is one, with a WordPiece tokenizer; return the folder."""
    from transformers import BertConfig, BertModel, BertTokenizer

    letters = [*string.ascii_lowercase, *(f"##{c}" for c in string.ascii_lowercase)]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *letters]
    tokenizer = BertTokenizer(vocab={piece: n for n, piece in enumerate(pieces)})
    config = BertConfig(
        vocab_size=len(pieces), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=512, **_labels(labels),
    )  # fmt: skip
    return _save(folder, config, BertModel, tokenizer, labels)


def xlm_roberta(folder, labels=None):
    """Write an XLM-R, as the multilingual models have its tokenizer; return the folder."""
    from transformers import XLMRobertaConfig, XLMRobertaModel, XLMRobertaTokenizer

    signs = [*string.ascii_lowercase, *string.digits, ":", ".", "?", *dict.fromkeys(HANGUL)]
    special = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    pieces = [*special, ("▁", -2.0), *((f"▁{w}", -3.0) for w in WORDS), *((c, -5.0) for c in signs)]
    tokenizer = XLMRobertaTokenizer(vocab=[*pieces, ("<mask>", 0.0)])
    config = XLMRobertaConfig(
        vocab_size=len(pieces) + 1, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64, max_position_embeddings=516, pad_token_id=1, bos_token_id=0,
        eos_token_id=2, **_labels(labels),
    )  # fmt: skip
    return _save(folder, config, XLMRobertaModel, tokenizer, labels)


def _labels(labels):
    return {} if labels is None else {"num_labels": labels}


def _save(folder, config, plain, tokenizer, labels):
    import torch
    from transformers import AutoModelForSequenceClassification

    with torch.random.fork_rng():
        torch.manual_seed(1)
        model = (
            plain(config)
            if labels is None
            else AutoModelForSequenceClassification.from_config(config)
        )
        model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder

"""A tiny Qwen3 in Hub layout: the real classes, random weights, its own byte-level vocabulary.

:func:`build` writes one whose replies are noise. :func:`build_speaker` writes one that says what
it is told to: its layers do nothing, and its last matrix leads from each token to the next one
of a text. So a test can let the real engine say a thing, special tokens included.
"""

import itertools
from pathlib import Path

TEMPLATE = """\
{%- if messages[0].role == 'system' %}
{{- '<|im_start|>system\\n' + messages[0].content + '<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
{%- if message.role == 'user' or (message.role == 'system' and not loop.first) %}
{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
{%- elif message.role == 'assistant' %}
{%- set content = message.content %}
{%- if '</think>' in content %}
{%- set content = content.split('</think>')[-1].lstrip('\\n') %}
{%- endif %}
{{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>\\n' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
{{- '<|im_start|>assistant\\n' }}
{%- if enable_thinking is defined and enable_thinking is false %}
{{- '<think>\\n\\n</think>\\n\\n' }}
{%- endif %}
{%- endif %}"""
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
NAMED = ("<tool_call>", "</tool_call>", "<think>", "</think>")  # of their own, but not special
# The division into words of Qwen's own tokenizer.
_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_SAMPLE = [
    "system user assistant The quick brown fox jumps over the lazy dog. Why does it jump?",
    "안녕하세요. 오늘은 날씨가 좋습니다. 무엇을 도와 드릴까요?",
    "<|im_start|>system\n<|im_end|> <think> [1] [2] 12 34 567 89",
]
_VOCABULARY = 400
# Ids without a token, as the real vocabulary is padded; noise would draw them.
_PADDING = 9


def tokenizer():
    """Train the tokenizer."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
    from tokenizers import pre_tokenizers as before
    from tokenizers.trainers import BpeTrainer
    from transformers import PreTrainedTokenizerFast

    bare = Tokenizer(models.BPE())
    bare.normalizer = normalizers.NFC()
    bare.pre_tokenizer = before.Sequence(
        [
            before.Split(Regex(_WORDS), "isolated"),
            before.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    bare.decoder = decoders.ByteLevel()
    alphabet = before.ByteLevel.alphabet()
    trainer = BpeTrainer(vocab_size=_VOCABULARY, initial_alphabet=alphabet, show_progress=False)
    bare.train_from_iterator(_SAMPLE, trainer)
    whole = PreTrainedTokenizerFast(
        tokenizer_object=bare, eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    whole.add_special_tokens({"additional_special_tokens": list(SPECIAL)})
    whole.add_tokens([AddedToken(name, special=False, normalized=False) for name in NAMED])
    whole.chat_template = TEMPLATE
    return whole


def build(folder, *, hidden=32, layers=2, context=512, seed=1):
    """Write a model of random weights with its tokenizer, and return the folder."""
    import torch

    words = tokenizer()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = _model(words, hidden=hidden, layers=layers, context=context)
    return _write(model, words, folder)


def build_speaker(folder, ids, *, context=2048, start=None):
    """Write a model that says the tokens ``ids`` when it has read a prompt of the template.

    Each token but the first may stand in ``ids`` once only: the model sees but the last one.
    """
    import torch

    words = tokenizer()
    if start is None:  # a prompt ends so where the model is told not to think
        start = words("\n\n", add_special_tokens=False).input_ids[-1]
    chain = [start, *ids]
    model = _model(words, hidden=512, layers=1, context=context)
    with torch.no_grad():
        for layer in model.model.layers:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
        model.lm_head.weight.zero_()
        model.model.embed_tokens.weight.copy_(torch.eye(len(words) + _PADDING, 512))
        for now, then in itertools.pairwise(chain):
            model.lm_head.weight[then, now] = 1
    return _write(model, words, folder)


def build_adapter(base, folder, *, name="", revision=None, rank=4, seed=1, **options):
    """Write an adapter of random matrices for the model in ``base``, as ``peft`` does.

    Its ``name`` is what it calls its base; by default the folder's name.
    """
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    linear = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    config = LoraConfig(
        r=rank,
        lora_alpha=2 * rank,
        init_lora_weights=False,
        **{"target_modules": linear, "task_type": "CAUSAL_LM", **options},
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = get_peft_model(AutoModelForCausalLM.from_pretrained(base), config)
    config.base_model_name_or_path = name or Path(base).name
    config.revision = revision
    # Otherwise peft asks the Hub how large the vocabulary was.
    model.save_pretrained(folder, save_embedding_layers=False)
    return Path(folder)


def ids_of(text, words=None):
    """Return the ids of ``text``, its special tokens as such."""
    return (words or tokenizer())(text, add_special_tokens=False).input_ids


def _model(words, *, hidden, layers, context):
    from transformers import Qwen3Config, Qwen3ForCausalLM

    config = Qwen3Config(
        vocab_size=len(words) + _PADDING,
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
        max_position_embeddings=context,
        tie_word_embeddings=False,
        eos_token_id=words.convert_tokens_to_ids(["<|im_end|>", "<|endoftext|>"]),
        initializer_range=0.3,
    )
    return Qwen3ForCausalLM(config).eval()


def _write(model, words, folder):
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    return Path(folder)

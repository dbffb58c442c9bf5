"""Qwen3 by its own classes in ``transformers``, written out token by token.

The loop is here, not in ``generate``: so a caller stops it between two tokens without a thread,
each reply has its own source of chance, and a long prompt is read in parts. Thinking is off:
the template says so to the model, the tokens for it cannot be drawn, and text that spells them
is left out.
"""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self, TypeAlias

from portfolio_core import hardware as machine
from portfolio_core import hub
from portfolio_core.engines.chat import ChatRequest, End, Piece, Reason
from portfolio_core.engines.chat.drawing import Draw
from portfolio_core.engines.chat.output import Characters, Visible
from portfolio_core.engines.chat.prompting import Prompter
from portfolio_core.errors import EngineFailed, HubUnreachable, MissingDependency
from portfolio_core.hardware import Hardware

log = logging.getLogger(__name__)

Module: TypeAlias = Any
"""A model or tokenizer of ``transformers``, which has no types."""

# Tokens that are kept of a conversation. The model takes ten times as many, but memory and the
# time to the first word grow with them: Qwen3-0.6B needs 112 KiB a token.
_CONTEXT = {"cpu": 4096, "cuda": 16_384}
# Tokens of a prompt read at once: about half a second on two cores, the longest wait for a stop.
_PART = 256
# What transformers and tokenizers raise over a file that is not what it should be.
_UNREADABLE = (AttributeError, KeyError, OSError, RuntimeError, TypeError, ValueError)


class QwenChat:
    """A model of the Qwen3 family; see :class:`ChatEngine`."""

    def __init__(
        self, model: Module, tokenizer: Module, *, key: str, revision: str = "", device: str = "cpu"
    ) -> None:
        """Use a model and a tokenizer that are loaded; :meth:`load` loads them."""
        self.key = key
        self.revision = revision
        self.context = min(_CONTEXT[device], model.config.max_position_embeddings)
        self._model = model
        self._device = device
        self._prompter = Prompter(tokenizer)
        special = set(self._prompter.special.values())
        vocabulary = tokenizer.get_vocab().items()
        self._tokens = {n: token for token, n in vocabulary if n not in special}
        self._ends = _ends(model, tokenizer)

    @classmethod
    def load(
        cls,
        folder: Path | None,
        hardware: Hardware,
        fetch: Callable[[str], Path] | None = None,  # noqa: ARG003 - there are no extra files
    ) -> Self:
        """Load from ``folder``, in the number type that is fastest here; see the protocol."""
        if folder is None:
            raise HubUnreachable("Qwen3")
        try:
            import torch
            from safetensors import SafetensorError
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ImportError as error:
            package = error.name or "transformers"
            raise MissingDependency(package, f"pip install {package}") from None
        known = hub.model_in(folder)
        name = known.name if known else folder.name
        torch.set_num_threads(hardware.threads)
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model: Module = AutoModelForCausalLM.from_pretrained(
                folder,
                dtype=getattr(torch, machine.product_type(hardware)),
                local_files_only=True,
                use_safetensors=True,
            )
        except (*_UNREADABLE, SafetensorError) as error:
            log.warning("the weights of %s cannot be read: %s", name, type(error).__name__)
            raise EngineFailed(name) from error
        return cls(
            model.eval().to(hardware.device),
            tokenizer,
            key=known.key if known else folder.name,
            revision=known.hub.revision if known and known.hub else "",
            device=hardware.device,
        )

    def stream(
        self, wanted: ChatRequest, check: Callable[[], None] = lambda: None
    ) -> Iterator[Piece]:
        """Yield the reply; see :class:`ChatEngine`."""
        room = self.context - wanted.max_tokens
        prompt, dropped = self._prompter.fit(wanted.messages, room)
        characters, visible = Characters(), Visible(wanted.stop)
        reason: Reason = "length"
        written = 0
        for token in self._tokens_of(wanted, prompt, check):
            if token in self._ends:
                reason = "stop"
                break
            written += 1
            if text := visible.feed(characters.feed(self._tokens[token])):
                yield Piece(text)
            if visible.stopped:
                reason = "stop"
                break
        text = "" if visible.stopped else visible.feed(characters.rest(), last=True)
        yield Piece(text, End(reason, len(prompt), written, dropped))

    def _tokens_of(
        self, wanted: ChatRequest, prompt: list[int], check: Callable[[], None]
    ) -> Iterator[int]:
        """Yield the ids of a reply, with the one that ends it."""
        from transformers import DynamicCache

        cache = DynamicCache(config=self._model.config)
        allowed = self._tokens.keys() | self._ends
        logits = self._model.config.vocab_size
        draw = Draw(wanted.sampling, wanted.seed, allowed, logits, self._device)
        ids, unread = list(prompt), list(prompt)
        for _ in range(wanted.max_tokens):
            token = draw(ids, self._read(unread, cache, check))
            ids.append(token)
            unread = [token]
            yield token

    def _read(self, ids: list[int], cache: Module, check: Callable[[], None]) -> Module:
        """Let the model read ``ids`` after what is in ``cache``.

        Returns:
            The scores of the token that comes next, shape (1, vocabulary), float32.
        """
        import torch

        for start in range(0, len(ids), _PART):
            check()
            # Not around a yield: the mode would hold for whoever takes the token, too.
            with torch.inference_mode():
                part = torch.tensor([ids[start : start + _PART]], device=self._device)
                read = self._model(part, past_key_values=cache, use_cache=True, logits_to_keep=1)
        return read.logits[:, -1].float()


def _ends(model: Module, tokenizer: Module) -> frozenset[int]:
    """Return the ids that end a reply."""
    told = model.generation_config.eos_token_id
    listed = told if isinstance(told, list) else [told]
    return frozenset(n for n in [*listed, tokenizer.eos_token_id] if n is not None)

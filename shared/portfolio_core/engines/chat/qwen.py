"""Qwen3 by its own classes in ``transformers``, written out token by token.

The loop is here, not in ``generate``: so a caller stops it between two tokens without a thread,
each reply has its own source of chance and its own adapter, and a long prompt is read in parts.
Where thinking is off, the template says so to the model, the tokens for it cannot be drawn, and
text that spells them is left out.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self, TypeAlias

from portfolio_core import hardware as machine
from portfolio_core import hub
from portfolio_core.engines.chat import ChatRequest, Piece
from portfolio_core.engines.chat.adapters import Adapter
from portfolio_core.engines.chat.lora import Adapters
from portfolio_core.engines.chat.prompting import Prompter
from portfolio_core.engines.chat.reading import Reading
from portfolio_core.engines.chat.replying import Reply, vocabulary
from portfolio_core.errors import EngineFailed, HubUnreachable, MissingDependency
from portfolio_core.hardware import Hardware

log = logging.getLogger(__name__)

Module: TypeAlias = Any
"""A model or tokenizer of ``transformers``, which has no types."""

# Tokens that are kept of a conversation. The model takes ten times as many, but memory and the
# time to the first word grow with them: Qwen3-0.6B needs 112 KiB a token.
_CONTEXT = {"cpu": 4096, "cuda": 16_384}
# What transformers and tokenizers raise over a file that is not what it should be.
_UNREADABLE = (AttributeError, KeyError, OSError, RuntimeError, TypeError, ValueError)


@dataclass(frozen=True)
class Identity:
    """Which model an engine runs.

    Attributes:
        key: Its key in the catalog, or the name of its folder.
        names: What adapters call the model they were made for, the first one for people.
        revision: Commit or checksum of its weights; empty where it has none.
    """

    key: str
    names: tuple[str, ...]
    revision: str


class QwenChat:
    """A model of the Qwen3 family; see :class:`ChatEngine`."""

    thinks: ClassVar[bool] = True
    """Whether the model has learnt to think before it replies."""

    def __init__(
        self,
        model: Module,
        tokenizer: Module,
        *,
        key: str,
        names: Sequence[str] = (),
        revision: str = "",
        device: str = "cpu",
    ) -> None:
        """Use a model and a tokenizer that are loaded; :meth:`load` loads them.

        Args:
            model: A ``Qwen3ForCausalLM``.
            tokenizer: Its tokenizer, with a template of chats.
            key: Its key in the catalog, or the name of its folder.
            names: What else adapters call the model they were made for, the first for people.
            revision: Commit or checksum of its weights; empty where it has none.
            device: Where it is.
        """
        self.key, self.revision = key, revision
        self.context = min(_CONTEXT[device], model.config.max_position_embeddings)
        self._model = model
        self._device = device
        self._adapters = Adapters(model, [*names, key], revision)
        self._prompter = Prompter(tokenizer)
        self._vocabulary = vocabulary(model, tokenizer)

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
            from transformers.utils.logging import disable_progress_bar

            from portfolio_core.engines.chat.decoder import quick
        except ImportError as error:
            package = error.name or "transformers"
            raise MissingDependency(package, f"pip install {package}") from None
        identity = cls.identity(folder)
        name = identity.names[0]
        torch.set_num_threads(hardware.threads)
        disable_progress_bar()
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
        model = model.eval().to(hardware.device)
        return cls(
            quick(model) if hardware.device == "cpu" else model,
            tokenizer,
            key=identity.key,
            names=identity.names,
            revision=identity.revision,
            device=hardware.device,
        )

    @classmethod
    def identity(cls, folder: Path) -> Identity:
        """Return what the model in ``folder`` is: one of the catalog, or its folder's name."""
        known = hub.model_in(folder)
        if known is None or known.hub is None:
            return Identity(folder.name, (folder.name,), "")
        return Identity(known.key, (known.hub.repository,), known.hub.revision)

    @property
    def adapters(self) -> Mapping[str, Adapter]:
        """The adapters that a request may name, by key."""
        return self._adapters.here

    def add_adapter(self, adapter: Adapter) -> None:
        """Load an adapter beside the others; see :meth:`Adapters.add`."""
        self._adapters.add(adapter)

    def remove_adapter(self, key: str) -> None:
        """Forget an adapter; replies that wear it go on as the base."""
        self._adapters.remove(key)

    def stream(
        self, wanted: ChatRequest, check: Callable[[], None] = lambda: None
    ) -> Iterator[Piece]:
        """Yield the reply; see :class:`ChatEngine`."""
        for _, piece in self.stream_together([wanted], check):
            yield piece

    def stream_together(
        self, wanted: Sequence[ChatRequest], check: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[int, Piece]]:
        """Yield the replies; see :class:`ChatEngine`."""
        going = dict(enumerate(map(self._begin, wanted)))
        reading = Reading(self._model, [one.adapter for one in wanted], self._device)
        while going:
            scores = reading.read([reply.unread for reply in going.values()], check)
            for row, (number, reply) in enumerate(going.items()):
                piece = reply.take(scores[row : row + 1])
                if piece:
                    yield number, piece
            left = [row for row, reply in enumerate(going.values()) if not reply.ended]
            if left and len(left) < len(going):
                reading.keep(left)
            going = {number: reply for number, reply in going.items() if not reply.ended}

    def _begin(self, wanted: ChatRequest) -> Reply:
        self._adapters.require(wanted.adapter)
        wanted = replace(wanted, thinking=wanted.thinking and self.thinks)
        room = self.context - wanted.max_tokens
        prompt, dropped = self._prompter.fit(wanted.messages, room, thinking=wanted.thinking)
        return Reply(wanted, prompt, dropped, self._vocabulary, self._device)

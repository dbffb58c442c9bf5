"""The base model: its identity, its parts in memory, and an adapter around it."""

import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from portfolio_core import hardware as machine
from portfolio_core import hub
from portfolio_core.engines.chat import adapters
from portfolio_core.engines.chat.adapters import Adapter
from portfolio_core.errors import (
    AdapterMismatch,
    AdapterUnreadable,
    EngineFailed,
    HubUnreachable,
    MissingDependency,
)
from portfolio_core.files import checksum
from portfolio_core.hardware import Hardware, NumberType
from portfolio_core.training.lora.about import About
from portfolio_core.training.lora.plan import MODULES, Plan

log = logging.getLogger(__name__)

_COMMIT = re.compile(r"[0-9a-f]{40}")
# What transformers, tokenizers and safetensors raise over a file that is not what it should be.
_UNREADABLE = (AttributeError, KeyError, OSError, RuntimeError, TypeError, ValueError)

Module: TypeAlias = Any
"""A model or tokenizer of ``transformers`` or ``peft``, which have no types."""


@dataclass(frozen=True)
class Base:
    """A base model on this machine.

    Attributes:
        folder: Where it is, as on the Hub.
        name: Its repository, or its name.
        revision: Its commit, or the sha256 of its weights where there is none.
    """

    folder: Path
    name: str
    revision: str

    @property
    def commit(self) -> str | None:
        """The revision, when it is a commit of the Hub."""
        return self.revision if _COMMIT.fullmatch(self.revision) else None


def base_in(folder: Path, about: About) -> Base:
    """Return what the base model in ``folder`` is.

    Raises:
        HubUnreachable: there are no weights in it.
    """
    known = hub.model_in(folder)
    pinned = known.hub if known else None
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise HubUnreachable(about.base or folder.name)
    return Base(
        folder,
        about.base or (pinned.repository if pinned else folder.name),
        about.base_revision or (pinned.revision if pinned else checksum(files)),
    )


def tokenizer_of(base: Base) -> Module:
    """Load the tokenizer.

    Raises:
        EngineFailed: it cannot be read.
        MissingDependency: transformers is not installed.
    """
    try:
        from transformers import AutoTokenizer
    except ImportError as error:
        package = error.name or "transformers"
        raise MissingDependency(package, f"pip install {package}") from None
    try:
        return AutoTokenizer.from_pretrained(base.folder, local_files_only=True)
    except _UNREADABLE as error:
        raise EngineFailed(base.name) from error


def number_type(hardware: Hardware) -> NumberType:
    """Return the number type to train in: that of serving, but for float16.

    Gradients fall out of the range of float16, and bfloat16 is what newer machines have instead.
    """
    dtype = machine.product_type(hardware)
    return "float32" if dtype == "float16" else dtype


def model_of(base: Base, dtype: NumberType) -> Module:
    """Load the model into memory.

    Raises:
        EngineFailed: it cannot be read.
    """
    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM

    try:
        return AutoModelForCausalLM.from_pretrained(
            base.folder, dtype=getattr(torch, dtype), local_files_only=True, use_safetensors=True
        )
    except (*_UNREADABLE, SafetensorError) as error:
        log.warning("the weights of %s cannot be read: %s", base.name, type(error).__name__)
        raise EngineFailed(base.name) from error


def stored_type(base: Base) -> Any:  # noqa: ANN401 - a type of torch
    """Return the number type that the weights of ``base`` are stored in."""
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(base.folder, local_files_only=True).dtype


def with_new_adapter(model: Module, base: Base, plan: Plan) -> Module:
    """Return ``model`` with an adapter that does nothing yet, made by ``plan.seed``."""
    import torch
    from peft import LoraConfig, get_peft_model

    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=plan.rank,
        lora_alpha=plan.alpha,
        lora_dropout=plan.dropout,
        target_modules=list(MODULES[plan.targets]),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(plan.seed)
        return _named(get_peft_model(model, config), base)


def judge(base: Base, folder: Path) -> Adapter:
    """Return the adapter in ``folder``, of which nothing is loaded yet.

    Raises:
        AdapterUnsafe: it is a pickle.
        AdapterTooLarge: its rank is over that of any plan.
        AdapterUnreadable: it is damaged, or more than a plain LoRA.
        AdapterMismatch: it was trained on another base.
    """
    judged = adapters.read(folder)
    if _differ(base, judged.base, judged.base_revision):
        raise AdapterMismatch(judged.key, judged.base, base.name)
    return judged


def with_adapter(model: Module, base: Base, folder: Path, *, trainable: bool = False) -> Module:
    """Return ``model`` with the adapter in ``folder``; what it raises is told at :func:`judge`."""
    from peft import PeftModel
    from safetensors import SafetensorError

    judged = judge(base, folder)
    try:
        found = PeftModel.from_pretrained(model, folder, is_trainable=trainable)
    except (*_UNREADABLE, SafetensorError) as error:
        log.warning("the adapter %s cannot be read: %s", folder, type(error).__name__)
        if "size mismatch" in str(error):
            raise AdapterMismatch(judged.key, judged.base, base.name) from None
        raise AdapterUnreadable(judged.key, adapters.WEIGHTS_FILE) from error
    return _named(found, base)


def _differ(base: Base, name: str, revision: str) -> bool:
    # A commit cannot be compared with a checksum; then the name decides, without its owner.
    if len(revision) == len(base.revision):
        return revision != base.revision
    return bool(name) and Path(name).name != Path(base.name).name


def _named(tuned: Module, base: Base) -> Module:
    """Write the base's name into the adapter's config instead of a folder of this machine."""
    config = tuned.peft_config["default"]
    config.base_model_name_or_path, config.revision = base.name, base.commit
    return tuned

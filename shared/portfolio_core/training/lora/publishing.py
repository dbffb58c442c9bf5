"""What happens to a finished adapter: merged into its base, or given to the Hub."""

from pathlib import Path

from portfolio_core.engines.chat import adapters
from portfolio_core.training import tuning_report
from portfolio_core.training.lora import base as bases
from portfolio_core.training.lora.base import Base
from portfolio_core.training.lora.tuning import CARD, CURVE

FILES = (adapters.CONFIG_FILE, adapters.WEIGHTS_FILE, CARD, CURVE, tuning_report.FILE)
"""What goes to the Hub: no checkpoints, no log."""


def merge(base: Base, adapter: Path, to: Path) -> None:
    """Write the base with the adapter in it as a whole model, in the number type of the base.

    Raises:
        AdapterUnsafe: the adapter is a pickle.
        AdapterUnreadable: it is damaged, or more than a plain LoRA.
        AdapterMismatch: it was trained on another base.
        EngineFailed: the base cannot be read.
    """
    model = bases.model_of(base, "float32")  # rounded once, at the end
    merged = bases.with_adapter(model, base, adapter).merge_and_unload()
    merged.to(bases.stored_type(base)).save_pretrained(to)
    bases.tokenizer_of(base).save_pretrained(to)


def push(folder: Path, repository: str) -> str:
    """Upload the adapter in ``folder`` to the Hub, to a private repository that is made if needed.

    The token is the one that ``hf auth login`` has kept.

    Returns:
        The address of the commit.
    """
    from huggingface_hub import HfApi

    api = HfApi()
    api.create_repo(repository, private=True, exist_ok=True)
    return str(
        api.upload_folder(
            repo_id=repository,
            folder_path=folder,
            allow_patterns=list(FILES),
            commit_message="Upload the adapter with its card and report",
        )
    )

"""How often base and adapter speak in the manner, on prompts that neither has learnt."""

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ConfigDict, NonNegativeFloat, PositiveInt

from portfolio_core.files import write_atomically
from portfolio_core.hardware import Hardware
from portfolio_core.training import manner
from portfolio_core.training.language_model import scoring
from portfolio_core.training.language_model.sources import Conversation, Language
from portfolio_core.training.lora import base as bases
from portfolio_core.training.lora.about import About
from portfolio_core.training.lora.measuring import Pair
from portfolio_core.training.lora.tuning import CARD

FILE = "manner.json"
_BEFORE = "## Data\n"
_SECTION = """\
## How often it keeps the manner

A rule tells whether a reply is in the manner (`training/manner`). Asked what neither the base nor
the adapter has learnt:

| language | prompts | base | tuned | tuned keeps the language |
|---|---|---|---|---|
{rows}

## Limits

{limits}

"""


class Shares(BaseModel):
    """What was counted in one language.

    Attributes:
        prompts: How many were asked.
        base: Share of the base's replies that are in the manner, 0 to 1.
        tuned: The same of the adapter's.
        in_language: Share of the adapter's replies that are in the language of the prompt.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompts: PositiveInt
    base: NonNegativeFloat
    tuned: NonNegativeFloat
    in_language: NonNegativeFloat


class Kept(BaseModel):
    """The shares of each language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    languages: dict[Language, Shares]

    @classmethod
    def read(cls, folder: Path) -> "Kept":
        """Read those of the adapter in ``folder``.

        Raises:
            FileNotFoundError: there are none.
        """
        return cls.model_validate_json((folder / FILE).read_bytes())


def measure(
    base: Path,
    adapter: Path,
    talks: Sequence[Conversation],
    hardware: Hardware,
    most: int,
) -> Kept:
    """Let base and adapter answer up to ``most`` of ``talks`` in each language, and count."""
    found = bases.base_in(base, About())
    pair, tokenizer = Pair(found, adapter, hardware, lambda: None), bases.tokenizer_of(found)
    shares: dict[Language, Shares] = {}
    for language in get_args(Language):
        asked = [talk.messages[:-1] for talk in talks if talk.language == language][:most]
        answers = pair.samples(tokenizer, asked)
        tuned = [answer.tuned for answer in answers]
        kept = [scoring.language_of(text) == language for text in tuned]
        shares[language] = Shares(
            prompts=len(answers),
            base=manner.share([answer.base for answer in answers], language),
            tuned=manner.share(tuned, language),
            in_language=sum(kept) / len(kept),
        )
    return Kept(languages=shares)


def write(kept: Kept, limits: str, adapter: Path) -> None:
    """Write what was counted into ``adapter``: as a file, and into its card."""
    text = (adapter / CARD).read_text("utf-8")
    rows = "\n".join(
        f"| {language} | {s.prompts} | {s.base:.1%} | {s.tuned:.1%} | {s.in_language:.1%} |"
        for language, s in kept.languages.items()
    )
    head, _, rest = text.partition(_BEFORE)
    # Measured again, its own section is replaced.
    head = head.partition(_SECTION.partition("\n")[0])[0]
    section = _SECTION.format(rows=rows, limits=limits.strip())
    write_atomically(adapter / CARD, f"{head}{section}{_BEFORE}{rest}".encode())
    write_atomically(adapter / FILE, (kept.model_dump_json(indent=1) + "\n").encode())

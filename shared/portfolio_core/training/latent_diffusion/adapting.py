"""An adapter, compared with its base and with its card: a folder as on the Hub."""

import io
import json
from collections.abc import Callable
from dataclasses import asdict

from PIL import Image

from portfolio_core.files import write_atomically
from portfolio_core.hardware import Hardware
from portfolio_core.media.images import Pixels
from portfolio_core.training.latent_diffusion import adapter_card, tuning
from portfolio_core.training.latent_diffusion.comparing import Compared, compare
from portfolio_core.training.latent_diffusion.publishing import CARD, METRICS

_COLOURS = 256


def adapt(
    order: tuning.Order, machine: Hardware, command: str, say: Callable[[str], None]
) -> Compared:
    """Tune a model, see what it has learnt and kept, and write the folder of its adapter.

    Args:
        order: What is to be tuned.
        machine: How many threads are used.
        command: What makes the same again.
        say: Told how far it is.
    """
    found = compare(tuning.tune(order, machine, say), order, say)
    told = {"thing": order.thing, "base": asdict(found.base), "tuned": asdict(found.tuned)}
    write_atomically(order.out / METRICS, f"{json.dumps(told, indent=1)}\n".encode())
    write_atomically(order.out / adapter_card.SHEET, _small_png(found.sheet))
    write_atomically(order.out / CARD, adapter_card.write(order, found, command).encode())
    return found


def _small_png(rgb: Pixels) -> bytes:
    """Return a PNG of few colours: flat pictures lose nothing that is seen."""
    file = io.BytesIO()
    Image.fromarray(rgb).quantize(_COLOURS).save(file, "PNG", optimize=True)
    return file.getvalue()

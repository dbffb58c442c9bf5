"""One picture with its mask, from what a visitor sent to what goes back.

A model sees the picture on white. What goes back has the colours, the transparency and the colour
profile of the file, and differs from it inside the mask only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from portfolio_core.engines.inpainting import Mask, Tools, composing, masks
from portfolio_core.engines.inpainting.composing import Margins
from portfolio_core.errors import NoFile, NoMargin
from portfolio_core.media import images
from portfolio_core.media.images import Alpha, Picture, Pixels
from portfolio_core.settings import Limits


@dataclass(frozen=True)
class Note:
    """Something a visitor should know: a code that a page can translate.

    Attributes:
        code: ``"mask_resized"``, ``"turned"``, ``"first_frame"``, ``"prompt_unused"``,
            ``"prompt_language"``.
        fields: What its text is filled in with.
    """

    code: str
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Edit:
    """A picture that is to be changed where it is masked.

    Attributes:
        seen: What a model sees, shape (height, width, 3).
        original: The colours of the file; the same shape.
        alpha: How opaque it is; none where all is opaque.
        icc_profile: Its colour profile, where it has one.
        marked: What was marked, before the tools.
        mask: What may change.
        notes: What a visitor should know.
    """

    seen: Pixels
    original: Pixels
    alpha: Alpha | None
    icc_profile: bytes | None
    marked: Mask
    mask: Mask
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Edited:
    """The picture, changed.

    Attributes:
        edit: What was to be changed.
        rgb: Shape (height, width, 3).
        changed_outside: Pixels outside the mask that differ from the file: none, or it is a fault.
    """

    edit: Edit
    rgb: Pixels
    changed_outside: int

    def png(self, text: Mapping[str, str] | None = None) -> bytes:
        """Return it as a PNG file, with ``text`` in its text chunks."""
        edit = self.edit
        return images.png_bytes(self.rgb, alpha=edit.alpha, icc_profile=edit.icc_profile, text=text)


def masked(picture: Picture, sent: Sequence[Mask], tools: Tools) -> Edit:
    """Return a picture with its mask, ready to be filled.

    Args:
        picture: As a visitor sent it.
        sent: Masks of any size but of its shape, at least one; they are joined.
        tools: What is done to the mask.

    Raises:
        NoFile: there is no mask.
        MaskSize: a mask has another shape.
        EmptyMask: nothing is marked.
        FullMask: everything is.
    """
    if not sent:
        raise NoFile
    size = picture.rgb.shape[:2]
    fitted = [masks.fitted(mask, (size[0], size[1])) for mask in sent]
    marked = masks.joined([mask for mask, _ in fitted])
    mask = masks.checked(masks.tooled(marked, tools))
    notes = [
        Note("mask_resized", {"width": one.shape[1], "height": one.shape[0]})
        for one, (_, resized) in zip(sent, fitted, strict=True)
        if resized
    ]
    return Edit(
        seen=picture.rgb,
        original=picture.rgb if picture.straight is None else picture.straight,
        alpha=picture.alpha,
        icc_profile=picture.icc_profile,
        marked=marked,
        mask=mask,
        notes=(*_reading_notes(picture), *notes),
    )


def outpainted(picture: Picture, margins: Margins, limits: Limits) -> Edit:
    """Return a picture with room around it, the new part as its mask.

    Raises:
        NoMargin: it is to grow by nothing.
        ImageTooLarge: it would be larger than a picture may be.
    """
    canvas = composing.extended(picture.rgb, picture.alpha, margins, limits)
    if not canvas.new.any():
        raise NoMargin
    colours = picture.rgb if picture.straight is None else picture.straight
    original = composing.extended(colours, None, margins, limits).rgb
    return Edit(
        seen=canvas.rgb,
        original=original,
        alpha=canvas.alpha,
        icc_profile=picture.icc_profile,
        marked=canvas.new,
        mask=canvas.new,
        notes=_reading_notes(picture),
    )


def edited(edit: Edit, filled: Pixels, feather: int) -> Edited:
    """Return the picture with what ``filled`` shows inside its mask.

    Args:
        edit: What is to be changed.
        filled: The picture, filled; the same shape.
        feather: Pixels from the mask's edge inwards over which one is led into the other.
    """
    rgb = composing.composed(edit.original, filled, edit.mask, feather)
    return Edited(edit, rgb, composing.changed_outside(edit.original, rgb, edit.mask))


def over(picture: Pixels, mask: Mask) -> Pixels:
    """Return a picture with its mask shown in red, for people.

    Args:
        picture: Shape (height, width, 3).
        mask: Shape (height, width).
    """
    shown = picture.copy()
    red = np.array((220, 38, 38), np.uint16)
    shown[mask] = ((shown[mask].astype(np.uint16) + 2 * red) // 3).astype(np.uint8)
    return shown


def _reading_notes(picture: Picture) -> tuple[Note, ...]:
    return tuple(Note(code) for code in picture.notes if code in {"turned", "first_frame"})

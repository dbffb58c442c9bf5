"""``/v1/images/edits``: a picture erased or drawn anew where it is masked, and nowhere else."""

import base64
import time
from collections.abc import AsyncGenerator
from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, File, Request, UploadFile
from pydantic import Field

from portfolio_core.engines import inpainting
from portfolio_core.engines.inpainting import Mask
from portfolio_core.engines.inpainting.editing import Edit
from portfolio_core.errors import EmptyMask, NoFile, NumberOutOfRange, TooManyFiles
from portfolio_core.media import images
from portfolio_core.media.images import Picture
from portfolio_core.ui import repainted
from portfolio_core.ui.repainted import Results
from portfolio_core.ui.repainting import PLAIN, Desk, Done, Upload
from portfolio_server.rest import received, work
from portfolio_server.rest.benches import unheard
from portfolio_server.rest.generations import RESPONSES, check
from portfolio_server.rest.received import Received
from portfolio_server.rest.service import AUTOMATIC, Service
from portfolio_server.rest.shapes import RECIPE, Described, choice, shown

_HALF = 128  # of 255: what is more transparent than opaque is to be edited
_FORMATS = ("png",)  # any other would change pixels outside of the mask


class EditBody(Described):
    """A picture and what is to become of it. Fields of OpenAI's not here are passed over."""

    model_config = shown({"image": "picture.png", "mask": "mask.png", "prompt": ""})

    image: UploadFile | None = None
    """A JPEG, PNG or WEBP picture; without a mask, what is transparent in it is filled."""
    images: Annotated[list[UploadFile], Field(default_factory=list, alias="image[]")]
    """The same, as OpenAI's clients send a list of them; of one picture here."""
    mask: UploadFile | None = None
    """A picture of the same shape: what is transparent is edited; without transparency, white."""
    prompt: str = ""
    """What is to be seen there; empty = erase, and continue what is around."""
    model: str = AUTOMATIC
    """A model from /v1/models, or "auto"."""
    n: int = 1
    """Only 1."""
    response_format: str = choice(RESPONSES, RESPONSES[0])
    """In base64; there are no addresses of pictures here."""
    output_format: str = choice(_FORMATS, _FORMATS[0])
    """Only png keeps what is outside of the mask as it is."""
    negative_prompt: str = ""
    """What is not to be seen. Not OpenAI's, like the rest."""
    method: str = choice(inpainting.METHODS, "auto")
    """erase, replace, or auto: replace where there is a prompt."""
    feather: int = -1
    """Pixels from the mask's edge inwards that lead over; -1 = the model's own."""
    steps: int = 0
    """Denoising steps; 0 = the model's own."""
    guidance: float = 0
    """How closely to follow the prompt, 1 to 30; 0 = the model's own."""
    seed: int = 0
    """The same seed gives the same picture, 0 to 4294967295."""


class Edited(Described):
    """The picture."""

    b64_json: str
    """The file, in base64."""
    details: dict[str, Any]
    """Size, mask, and how many pixels outside of it differ: none."""
    recipe: dict[str, Any]
    """How it was made."""


class Edits(Described):
    """The picture, in the shape of OpenAI's API."""

    model_config = shown(
        {
            "created": 1767225600,
            "model": "patchmatch",
            "output_format": "png",
            "data": [
                {
                    "b64_json": "iVBORw0…",
                    "details": {"masked": 400, "changed_outside": 0},
                    "recipe": RECIPE,
                }
            ],
        }
    )

    created: int
    """When, in seconds since 1970."""
    model: str
    """What has done it."""
    output_format: str
    """What kind of file it is."""
    data: list[Edited]
    """One picture."""


def router(service: Service) -> APIRouter:
    """Return the route that mends."""
    routes = APIRouter(tags=["images"])

    @routes.post("/images/edits", summary="Erase or replace a part of a picture")
    async def edit(body: Annotated[EditBody, File()], request: Request) -> Edits:
        """Fill what is masked, and change no pixel outside of it."""
        service.choice(inpainting.TASK, body.model)
        if body.n != 1:
            raise NumberOutOfRange("n", body.n, 1, 1)
        check("output_format", body.output_format, _FORMATS)
        check("response_format", body.response_format, RESPONSES)
        done, used = await work.result(request, _done(service, body))
        results = Results(service.mending)
        made = results.recipe(done, used)
        content = await work.in_thread(lambda: results.content(done, made, "inpaint"))
        told = Edited(
            b64_json=base64.b64encode(content).decode(),
            details=repainted.details(done),
            recipe=made,
        )
        return Edits(
            created=int(time.time()),
            model=done.choice.model.key,
            output_format=body.output_format,
            data=[told],
        )

    return routes


async def _done(service: Service, body: EditBody) -> AsyncGenerator[tuple[Done, dict[str, Any]]]:
    desk = Desk(service.mending)
    used: dict[str, Any] = {**PLAIN, **{name: getattr(body, name) for name in _TOLD}}
    wish = desk.wish(used)
    sent = [_picture(body), *([body.mask] if body.mask else ())]
    async with received.files(service.settings, sent) as files:
        edit = await work.in_thread(lambda: _edit(desk, service, files))
        order = desk.order(edit, wish, body.feather)
        marks = {"image": files[0].mark, "mask": files[-1].mark}
        async for done in work.made(desk.done(order, unheard, "en")):
            if isinstance(done, Done):
                yield done, {**marks, **used}


def _picture(body: EditBody) -> UploadFile:
    given: list[UploadFile] = [*([body.image] if body.image else ()), *body.images]
    if not given:
        raise NoFile
    if len(given) > 1:
        raise TooManyFiles(len(given), 1)
    return given[0]


_TOLD = ("prompt", "negative_prompt", "method", "feather", "steps", "guidance", "seed")


def _edit(desk: Desk, service: Service, files: list[Received]) -> Edit:
    """Write down what OpenAI's mask marks as the Space's own kind of mask, and let it be read."""
    limits = service.settings.limits
    picture, marking = files[0].path, files[-1].path
    transparent = _transparent(images.read(marking, limits))
    if transparent is not None:
        if len(files) == 1:  # what is filled is to be seen
            picture.write_bytes(_filled_up(images.read(picture, limits), transparent))
        marking = marking.with_name("marked.png")
        marking.write_bytes(repainted.mask_png(transparent))
    elif len(files) == 1:
        raise EmptyMask
    image, mask = Upload(picture, files[0].name), Upload(marking, files[-1].name)
    return desk.edit(image, [mask], invert=False, fill_holes=False, grow=0)


def _transparent(picture: Picture) -> Mask | None:
    """Return what is to be edited by transparency; none where all is opaque."""
    return None if picture.alpha is None else picture.alpha < _HALF


def _filled_up(picture: Picture, marked: Mask) -> bytes:
    """Return the picture opaque where it is marked, and as it is elsewhere."""
    opaque = np.full(marked.shape, 255, np.uint8)
    alpha = opaque if picture.alpha is None else np.where(marked, opaque, picture.alpha)
    rgb = picture.rgb if picture.straight is None else picture.straight
    return images.png_bytes(rgb, alpha=alpha, icc_profile=picture.icc_profile)

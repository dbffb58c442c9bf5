"""The first page: every Space with its picture, what it does, and the engine that runs.

One HTML file, made anew for each visitor from what the Spaces say of themselves; no script,
no request to anybody else.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.responses import Response

from portfolio_core import hardware
from portfolio_core.settings import Settings
from portfolio_core.ui.i18n import Locale, preferred
from portfolio_server.gallery_words import WORDS
from portfolio_server.mount import Page
from portfolio_server.spaces import Picture, Space

_TEMPLATES = Path(__file__).parent / "templates"
_READ = ["GET", "HEAD"]
_NOT_FOUND = 404
_PAGE_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'nonce-{nonce}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self' https://huggingface.co"
)
# A picture opened by itself can neither run nor load anything.
_PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_PICTURE_AGE = "public, max-age=3600"

CardState = Literal["idle", "loading", "loaded", "failed", "could_not_start"]


class Status(Protocol):
    """What a page tells of its engine."""

    engine: str
    preset: str
    state: CardState


@dataclass(frozen=True)
class Card:
    """One Space as the gallery shows it, in one language."""

    slug: str
    title: str
    summary: str
    colours: tuple[str, str]
    picture: bool
    state: CardState | None
    engine: str = ""
    preset: str = ""

    @property
    def open(self) -> bool:
        """Whether there is a page behind the card."""
        return self.state != "could_not_start"


def router(found: Sequence[Space], pages: Mapping[str, Page], settings: Settings) -> APIRouter:
    """Return the routes ``/``, ``/pictures/<slug>`` and ``/favicon.ico``."""
    routes = APIRouter()
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    template = environment.get_template("gallery.html")
    machine = hardware.detect(settings)
    pictures = {space.slug: space.picture for space in found if space.picture}

    @routes.api_route("/", methods=_READ, include_in_schema=False)
    async def show(request: Request, lang: str = "") -> HTMLResponse:
        locale = _locale(lang, request.headers.get("accept-language", ""))
        nonce = secrets.token_urlsafe(16)
        content = template.render(
            cards=_cards(found, pages, locale),
            words=WORDS[locale],
            locale=locale,
            machine=machine,
            base=str(request.base_url).rstrip("/"),
            nonce=nonce,
        )
        headers = {
            "Content-Security-Policy": _PAGE_POLICY.format(nonce=nonce),
            "Vary": "Accept-Language",
            "Cache-Control": "no-store",  # it shows states of this moment
        }
        return HTMLResponse(content, headers=headers)

    @routes.api_route("/favicon.ico", methods=_READ, include_in_schema=False)
    async def show_icon() -> Response:
        return _picture(Picture(_TEMPLATES / "icon.svg", "image/svg+xml"))

    @routes.api_route("/pictures/{slug}", methods=_READ, include_in_schema=False)
    async def show_picture(slug: str) -> Response:
        picture = pictures.get(slug)
        if picture is None:
            raise HTTPException(_NOT_FOUND)
        return _picture(picture)

    return routes


def _picture(picture: Picture) -> Response:
    headers = {"Content-Security-Policy": _PICTURE_POLICY, "Cache-Control": _PICTURE_AGE}
    return FileResponse(picture.file, media_type=picture.media_type, headers=headers)


def _cards(found: Sequence[Space], pages: Mapping[str, Page], locale: Locale) -> list[Card]:
    """Return a card for each Space, those that can be opened first."""
    cards = [_card(space, pages.get(space.slug), locale) for space in found]
    return sorted(cards, key=lambda card: not card.open)


def _card(space: Space, page: Page | None, locale: Locale) -> Card:
    state, status = _status(page)
    return Card(
        slug=space.slug,
        title=space.title[locale],
        summary=space.summary[locale],
        colours=space.colours,
        picture=space.picture is not None,
        state=state,
        engine=status.engine if status else "",
        preset=status.preset if status else "",
    )


def _status(page: Page | None) -> tuple[CardState | None, Status | None]:
    """Return the state of a page, and of its engine when the page tells of one."""
    if page is None:
        return "could_not_start", None
    tell: Any = getattr(page.blocks, "status", None)
    if not callable(tell):
        return None, None
    status: Status = tell()
    return status.state, status


def _locale(asked: str, accepted: str) -> Locale:
    """Return the language that was asked for, else the one that the pages choose too."""
    if asked in WORDS:
        return "ko" if asked == "ko" else "en"
    return preferred(accepted)

"""The stand-in Hub's answers about collections."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from tests.hub.answers import allowed, hub_of, told

router = APIRouter(prefix="/api/collections")


@router.get("")
async def listed(request: Request, owner: str = "") -> Any:
    """List them, with no more than four items each, as the real Hub does."""
    known = hub_of(request).store.collections.values()
    mine = [one | {"items": one["items"][:4]} for one in known if one["owner"]["name"] == owner]
    return [{key: one[key] for key in one if key != "position"} for one in mine]


@router.post("")
async def create(request: Request) -> Any:
    allowed(request)
    store, wanted = hub_of(request).store, await request.json()
    slug = f"{wanted['namespace']}/{wanted['title'].lower().replace(' ', '-')}-{'0' * 24}"
    if slug in store.collections:
        return JSONResponse({"error": "exists", "slug": slug}, 409)
    store.collections[slug] = {
        "slug": slug,
        "title": wanted["title"],
        "owner": {"name": wanted["namespace"]},
        "items": [],
        "lastUpdated": "2026-01-01T00:00:00.000Z",
        "position": 0,
        "private": wanted["private"],
        "theme": "green",
        "upvotes": 0,
    }
    store.changes.append(f"collection {slug}")
    return store.collections[slug]


@router.get("/{owner}/{name}")
async def one(request: Request, owner: str, name: str) -> Any:
    return _found(request, owner, name)


@router.post("/{owner}/{name}/items")
async def add(request: Request, owner: str, name: str) -> Any:
    allowed(request)
    collection, wanted = _found(request, owner, name), await request.json()
    items = collection["items"]
    if any(one["id"] == wanted["item"]["id"] for one in items):
        return JSONResponse({"error": "exists"}, 409)
    items.append({"_id": f"{len(items):024x}", "position": len(items), **wanted["item"]})
    hub_of(request).store.changes.append(f"item {wanted['item']['id']}")
    return collection


def _found(request: Request, owner: str, name: str) -> Any:
    collection = hub_of(request).store.collections.get(f"{owner}/{name}")
    if collection is None:
        raise told(404)
    return collection

"""The stand-in Hub's answers about repositories: made, read, written, deleted."""

import base64
import json
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from tests.hub.answers import allowed, found, hub_of, told
from tests.hub.store import Blob, Repository, Tree, in_lfs

DATE = "2026-01-01T00:00:00.000Z"
READING = ["GET", "HEAD"]
router = APIRouter()


@router.get("/api/whoami-v2")
async def whoami(request: Request) -> Any:
    allowed(request)
    role = {"accessToken": {"displayName": "deploy", "role": "write"}}
    return {"type": "user", "name": hub_of(request).owner, "orgs": [], "auth": role}


@router.post("/api/repos/create")
async def create(request: Request) -> Any:
    allowed(request)
    hub, wanted = hub_of(request), await request.json()
    name = f"{wanted.get('organization') or hub.owner}/{wanted['name']}"
    kind = wanted.get("type", "model")
    place = f"{hub.url}/{'spaces/' if kind == 'space' else ''}{name}"
    if (kind, name) in hub.store.repositories:
        return JSONResponse({"error": "You already created this repo", "url": place}, 409)
    private = wanted.get("visibility") == "private"
    made = hub.store.create(kind, name, private=private)
    made.hardware = wanted.get("hardware") or "cpu-basic"
    made.sleep_seconds = wanted.get("sleepTimeSeconds")
    made.variables |= {one["key"]: one["value"] for one in wanted.get("variables", ())}
    made.secrets |= {one["key"]: one["value"] for one in wanted.get("secrets", ())}
    return {"url": place, "name": name}


@router.delete("/api/repos/delete")
async def delete(request: Request) -> Any:
    allowed(request)
    hub, wanted = hub_of(request), await request.json()
    name = f"{wanted.get('organization') or hub.owner}/{wanted['name']}"
    if hub.store.repositories.pop((wanted.get("type", "model"), name), None) is None:
        raise told(404, "RepoNotFound")
    hub.store.changes.append(f"delete {name}")
    return {}


@router.post("/api/validate-yaml")
async def validate(request: Request) -> Any:
    await request.json()
    return {"errors": [], "warnings": []}


@router.post("/api/{kind}/{owner}/{name}/preupload/{revision}")
async def preupload(request: Request, revision: str) -> Any:
    allowed(request)
    repository = found(request)
    tree = _commit(repository, revision).tree
    files = []
    for file in (await request.json())["files"]:
        there = tree.get(file["path"])
        large = in_lfs(file["path"], file["size"])
        entry = {
            "path": file["path"],
            "uploadMode": "lfs" if large else "regular",
            "shouldIgnore": False,
        }
        files.append(entry | ({"oid": there.etag} if there else {}))
    return {"files": files}


@router.post("/api/{kind}/{owner}/{name}/commit/{revision}")
async def commit(request: Request, owner: str, name: str) -> Any:
    allowed(request)
    hub, repository = hub_of(request), found(request)
    lines = [json.loads(line) for line in (await request.body()).splitlines() if line]
    header = next(line["value"] for line in lines if line["key"] == "header")
    parent = header.get("parentCommit")
    if parent and not repository.head.oid.startswith(parent):
        raise told(412, "", "A commit has happened since. Please refresh and try again.")
    tree = dict(repository.head.tree)
    for line in lines:
        _apply(tree, line["key"], line["value"], hub.store.uploads)
    made = hub.store.add_commit(repository, tree, header["summary"])
    hub.runtimes.changed(repository)
    return {"commitOid": made.oid, "commitUrl": f"{hub.url}/spaces/{owner}/{name}/commit/x"}


def _apply(
    tree: dict[str, Blob], key: str, value: dict[str, Any], stored: dict[str, bytes]
) -> None:
    path = value.get("path", "")
    if key == "file":
        tree[path] = Blob(base64.b64decode(value["content"]))
    elif key == "lfsFile":
        if value["oid"] not in stored:
            raise told(400, "", f"{path} was never uploaded")
        tree[path] = Blob(stored[value["oid"]], large=True)
    elif key == "deletedFile":
        if tree.pop(path, None) is None:
            raise told(404, "EntryNotFound", f"A file with this name doesn't exist: {path}")
    elif key == "deletedFolder":
        for one in [one for one in tree if one.startswith(path.rstrip("/") + "/")]:
            del tree[one]


@router.post("/{prefix}/{owner}/{name}.git/info/lfs/objects/batch")
@router.post("/{owner}/{name}.git/info/lfs/objects/batch")
async def batch(request: Request) -> Any:
    allowed(request)
    hub, wanted = hub_of(request), await request.json()
    objects = []
    for one in wanted["objects"]:
        place = {"upload": {"href": f"{hub.url}/lfs/{one['oid']}"}}
        stored = one["oid"] in hub.store.uploads
        objects.append(one if stored else one | {"actions": place})
    return {"transfer": "basic", "objects": objects}


@router.put("/lfs/{oid}")
async def put(request: Request, oid: str) -> Response:
    hub_of(request).store.uploads[oid] = await request.body()
    return Response()


@router.get("/api/{kind}/{owner}/{name}/tree/{revision}")
async def tree(request: Request, revision: str) -> Any:
    return list(_entries(_commit(found(request), revision).tree))


@router.post("/api/{kind}/{owner}/{name}/paths-info/{revision}")
async def paths_info(request: Request, revision: str) -> Any:
    wanted = (await request.form()).getlist("paths")
    at = _commit(found(request), revision).tree
    return list(_entries({path: at[str(path)] for path in wanted if path in at}))


@router.get("/api/{kind}/{owner}/{name}/commits/{revision}")
async def commits(request: Request, revision: str) -> Any:
    history = _commit(found(request), revision).history()
    same = {"authors": [{"user": hub_of(request).owner}], "date": DATE, "message": ""}
    return [{"id": one.oid, "title": one.title, **same} for one in history]


@router.api_route(
    "/{prefix}/{owner}/{name}/resolve/{revision}/{path:path}", methods=["GET", "HEAD"]
)
@router.api_route("/{owner}/{name}/resolve/{revision}/{path:path}", methods=["GET", "HEAD"])
async def resolve(request: Request, revision: str, path: str) -> Response:
    at = _commit(found(request), revision)
    if path not in at.tree:
        raise told(404, "EntryNotFound")
    blob = at.tree[path]
    headers = {"X-Repo-Commit": at.oid, "ETag": f'"{blob.etag}"'}
    return Response(blob.content, headers=headers, media_type="application/octet-stream")


@router.get("/api/{kind}/{owner}/{name}/revision/{revision}")
@router.get("/api/{kind}/{owner}/{name}")
async def info(request: Request, revision: str = "main") -> Any:
    repository = found(request)
    at = _commit(repository, revision)
    files = [{"rfilename": path} for path in sorted(at.tree)]
    known = {"id": repository.name, "sha": at.oid, "private": repository.private, "tags": []}
    host = {"host": hub_of(request).runtimes.host} if repository.kind == "space" else {}
    return known | {"siblings": files} | host


def _commit(repository: Repository, revision: str) -> Any:
    at = repository.commit(revision)
    if at is None:
        raise told(404, "RevisionNotFound")
    return at


def _entries(tree: Tree) -> Iterator[dict[str, Any]]:
    for path, blob in sorted(tree.items()):
        pointer = {"oid": blob.sha256, "size": len(blob.content), "pointerSize": len(blob.pointer)}
        entry = {"type": "file", "path": path, "size": len(blob.content), "oid": blob.oid}
        yield entry | ({"lfs": pointer} if blob.large else {})

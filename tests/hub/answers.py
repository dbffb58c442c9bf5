"""What all answers of the stand-in Hub have in common: who asks, about what, what is refused."""

from typing import TYPE_CHECKING

from fastapi import HTTPException, Request
from tests.hub.store import Repository

if TYPE_CHECKING:
    from tests.hub.server import Hub


def hub_of(request: Request) -> "Hub":
    """Return the Hub that is asked."""
    return request.app.state.hub  # type: ignore[no-any-return]


def told(status: int, code: str = "", message: str = "") -> HTTPException:
    """Return a refusal with the headers that the real client reads."""
    headers = {"X-Error-Code": code} if code else {}
    if message or status == 401:
        headers["X-Error-Message"] = message or "Invalid credentials in Authorization header"
    return HTTPException(status, message or "no", headers)


def signed_in(request: Request) -> bool:
    """Return whether the caller has the token.

    Raises:
        HTTPException: it is another one.
    """
    given = request.headers.get("authorization")
    if given is None:
        return False
    if given != f"Bearer {hub_of(request).token}":
        raise told(401)
    return True


def allowed(request: Request) -> None:
    """Refuse a caller without a token.

    Raises:
        HTTPException: there is none, or a wrong one.
    """
    if not signed_in(request):
        raise told(401)


def found(request: Request) -> Repository:
    """Return the repository that the address names.

    Raises:
        HTTPException: there is none, or not for this caller.
    """
    path = request.path_params
    implied = "spaces" if request.url.path.startswith("/api/spaces/") else "models"
    kind = (path.get("kind") or path.get("prefix") or implied).removesuffix("s")
    name = f"{path['owner']}/{path['name']}"
    repository = hub_of(request).store.repositories.get((kind, name))
    if repository is None or (not signed_in(request) and repository.private):
        raise told(404, "RepoNotFound")
    return repository

"""A collection on the Hub that shows the Spaces together."""

from __future__ import annotations

from collections.abc import Iterable

from deploying.hub import Hub
from deploying.problems import told

TITLE = "Spaces portfolio"


def gather(hub: Hub, repositories: Iterable[str], *, private: bool) -> str:
    """Put Spaces into the collection that are not yet in it; return its address.

    Raises:
        Refusal: the Hub refused.
    """
    with told("gathering the Spaces in a collection"):
        known = hub.api.list_collections(owner=hub.owner)
        slug = next((one.slug for one in known if one.title == TITLE), None)
        # A list of collections names a few items of each only.
        collection = (
            hub.api.get_collection(slug)
            if slug
            else hub.api.create_collection(
                TITLE, namespace=hub.owner, private=private, exists_ok=True
            )
        )
        present = {item.item_id for item in collection.items}
        for repository in repositories:
            if repository not in present:
                hub.api.add_collection_item(collection.slug, repository, "space", exists_ok=True)
        return collection.url

"""The stand-in Hub, and the real client that talks to it."""

from tests.hub.fixtures import api, hub, outside, served_hub

__all__ = ["api", "hub", "outside", "served_hub"]

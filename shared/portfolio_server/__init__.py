"""The server: every Space on one address, with a gallery, health and limits.

It mounts pages and answers HTTP; it knows nothing of any engine's inside.
"""

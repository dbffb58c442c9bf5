"""What several files here ask of the server."""

LONG = {
    "messages": [{"role": "user", "content": "Hello!"}],
    "max_tokens": 900,
    "temperature": 2,
    "top_p": 1,
    "top_k": 0,
    "seed": 6,  # with others the starter ends its turn after a few words
}
"""A conversation whose reply does not end by itself for a while."""

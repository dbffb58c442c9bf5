"""The core of the portfolio: engines, and all that engines, pages and server share.

Importing it imports the standard library, numpy, Pillow and pydantic, nothing heavier.
"""

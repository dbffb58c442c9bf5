"""Text as people send it: cleaned, split, named. Pure functions."""

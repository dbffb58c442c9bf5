"""What ``scripts/load.py`` is made of: users, what they ask, and what is judged of the answers."""

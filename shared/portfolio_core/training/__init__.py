"""Training: from pictures or texts to a model that an engine loads.

Used by the scripts ``train_*.py`` and by Spaces that train again. Heavy libraries are imported
inside functions, as in the engines.
"""

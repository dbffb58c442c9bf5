"""How bundles get to the Hub: planned, written in one commit, watched, and put back if need be."""

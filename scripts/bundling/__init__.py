"""What becomes of a Space on its way to the Hub: one folder that needs nothing beside it."""

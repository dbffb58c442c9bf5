"""The engines, a package per task. None of them imports another."""

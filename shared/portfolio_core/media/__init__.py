"""Bytes of strangers in, clean values out; and clean values out as files."""

"""Footnote over HTTP: one file a resource, `deps.py` for what they share, `problems.py` for what goes wrong."""

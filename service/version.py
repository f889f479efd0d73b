"""Which Footnote this is."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed


@cache
def version() -> str:
    """The version of the installed distribution; `0` where it runs from a checkout that was not installed."""
    try:
        return installed("footnote-qa")
    except PackageNotFoundError:
        return "0"

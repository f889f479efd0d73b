"""What can go wrong on the web where the caller does more about it than fail or try again."""

from __future__ import annotations

from ingest.errors import PermanentError


class PageGone(PermanentError):
    """The server says that there is no such page (404, 410)."""


class PageRefused(PermanentError):
    """The server or its robots.txt does not give this page to Footnote."""


class AddressRefused(PermanentError):
    """The address is malformed, or leads to a machine that Footnote must not connect to."""


class RedirectsEndless(PermanentError):
    """The page sends its readers on and on, or in a circle."""

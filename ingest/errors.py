"""What can go wrong in ingest, named for what the caller does about it.

Every message is a whole sentence or two for a person: what happened, to which article or
setting, and what to do. It may be shown as it is.
"""

from __future__ import annotations


class FootnoteError(Exception):
    """Shown to the user as it is; the run ends with exit code 1."""


class SettingsError(FootnoteError):
    """A setting is unknown, malformed or unsafe. Nothing was started."""


class PermanentError(FootnoteError):
    """This article can never go in as it is; the others still do. Trying again changes nothing."""


class ArticleTaken(PermanentError):
    """An article's id is another article's already."""


class TransientError(FootnoteError):
    """A service or disk was not ready. The same call may work later."""


class IncompleteListing(TransientError):
    """A source was not listed to its end: what was not seen may still be there, so nothing may be removed."""


class SourceUnreachable(IncompleteListing):
    """A source could not be listed at all. That is not an empty source."""


class IndexUnavailable(FootnoteError):
    """The index cannot be read or written as it is: wrong version, wrong embedder, in use, or damaged."""

"""What a source no longer has is removed, unless that is suspiciously much or the source could not be read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from ingest.index import Catalogue
from ingest.index.catalogue import Known
from ingest.settings import RemovalSettings
from ingest.sources.base import Source


class Listing:
    """Which addresses a source listed; eight bytes each, so that a million of them fit."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self.whole = True

    def saw(self, uri: str) -> None:
        """The source has this address."""
        self._seen.add(_short(uri))

    def __contains__(self, uri: str) -> bool:
        # An article inside a file is seen with the file: which one a line that cannot be read was, nobody knows.
        return _short(uri) in self._seen or _short(uri.partition("#")[0]) in self._seen


def missing(catalogue: Catalogue, source: Source, listing: Listing) -> Iterator[Known]:
    """Articles that came from a source that no longer lists them."""
    return (known for known in catalogue.of_source(source.key) if known.uri not in listing)


def refusal(source: Source, gone: int, had: int, settings: RemovalSettings) -> str | None:
    """Why so many may not go without being told to, or None where they may."""
    if gone <= settings.articles or gone <= settings.share * had:
        return None
    return (
        f"{source.key} no longer has {gone} of its {had} articles. That is more than {settings.share:.0%}, so none was "
        "removed: check the source, or run again with --allow-removals."
    )


def _short(uri: str) -> int:
    return int.from_bytes(hashlib.blake2b(uri.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")

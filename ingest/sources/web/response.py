"""What comes back from the web: a document with what its server said of it, or the word that it has not changed."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ingest.sources.web import charset
from ingest.sources.web.address import Address
from ingest.sources.web.wire import Reply


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said about the version it sent from `url`; sent back, it may answer that nothing changed."""

    url: str
    etag: str | None = None
    last_modified: str | None = None

    def packed(self) -> str | None:
        """One string to keep with the article, or None where the server said nothing."""
        return json.dumps([self.url, self.etag, self.last_modified]) if self.etag or self.last_modified else None

    @classmethod
    def unpacked(cls, kept: str | None) -> Validators | None:
        """The validators in a kept string; None where it is none of those."""
        try:
            url, etag, last_modified = json.loads(kept or "")
        except (ValueError, TypeError):
            return None
        if isinstance(url, str) and all(isinstance(v, str | None) for v in (etag, last_modified)):
            return cls(url, etag, last_modified)
        return None


@dataclass(frozen=True, slots=True)
class Response:
    """What the server said about a document; `url` is where it was in the end."""

    url: str
    media_type: str
    charset: str | None
    validators: Validators


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document and what its server said about it."""

    data: bytes
    response: Response


@dataclass(frozen=True, slots=True)
class NotModified:
    """The document at `url` is the one that the validators came with."""

    url: str


def response_of(address: Address, reply: Reply) -> Response:
    """What the headers of an answer say about its document."""
    content_type = reply.headers.get("content-type", "")
    return Response(
        url=address.url,
        media_type=content_type.partition(";")[0].strip().lower(),
        charset=charset.named_in(content_type),
        validators=Validators(address.url, reply.headers.get("etag"), reply.headers.get("last-modified")),
    )

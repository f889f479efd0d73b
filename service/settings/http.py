"""Settings of what is taken over HTTP."""

from __future__ import annotations

import os
from typing import Self

from pydantic import Field, model_validator

from ingest.settings import Section
from service.settings.access import Names


class HttpSettings(Section):
    """How much a request may bring, and where articles may be taken from."""

    body_bytes: int = Field(1_000_000, ge=10_000, description="Largest body of a request, in bytes.")
    article_bytes: int = Field(
        10_000_000, ge=10_000, description="Largest body of `PUT /v1/articles/{id}`, which has an article in it."
    )
    body_seconds: float = Field(30, gt=0, description="Seconds in which the body of a request has to arrive.")
    header_bytes: int = Field(32_000, ge=4_000, description="Most bytes in the headers of a request, all together.")
    article_seconds: float = Field(
        10, gt=0, description="Seconds that `PUT /v1/articles/{id}` waits for jobs before it; then it answers 202."
    )
    ingest_folders: Names = Field(
        (),
        description="Absolute paths of folders that `POST /v1/ingest` may read from, with commas between; by default "
        "none. Whoever has the scope `ingest` can make what is in them readable to their own groups.",
    )
    idempotency_hours: float = Field(
        24, gt=0, le=720, description="Hours for which a request with the same `Idempotency-Key` gets the same answer."
    )

    @model_validator(mode="after")
    def _folders(self) -> Self:
        unclear = [folder for folder in self.ingest_folders if not os.path.isabs(folder)]  # noqa: PTH117
        if unclear:
            raise ValueError(
                f"{unclear[0]!r} in FOOTNOTE_HTTP__INGEST_FOLDERS is no absolute path. Write folders as /srv/articles, "
                "with commas between"
            )
        return self

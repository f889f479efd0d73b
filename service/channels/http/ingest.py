"""Sources that are to be read: addresses on the web, and folders that a setting opens."""

from __future__ import annotations

import os
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from ingest.extract.stated import web_address
from ingest.sources.listed import ON_DISK, ListedSource, named
from service.channels.http.deps import Ingesting, Service
from service.channels.http.filters import GroupName
from service.channels.http.idempotency import Once
from service.channels.http.jobs import JobStatus, status_of
from service.channels.http.writable import groups_to_write, within
from service.errors import Forbidden
from service.identity import Identity
from service.settings import Settings

router = APIRouter(prefix="/v1", tags=["ingest"])


def _address(value: str) -> str:
    address = value.strip()
    if "\0" in address or (web_address(address) is None and not os.path.isabs(address)):  # noqa: PTH117
        raise PydanticCustomError("source_address", "no address")
    return address


class IngestSource(BaseModel):
    """Where articles come from. What kind of web address it is, its last part tells, if nothing is said."""

    model_config = ConfigDict(extra="forbid")

    address: Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_address)] = Field(
        description="A web address that begins with http:// or https://, or the absolute path of a folder or file."
    )
    kind: Literal["page", "sitemap", "feed"] | None = Field(
        None, description="What is at that web address; default: as its last part is called."
    )


class IngestRequest(BaseModel):
    """What is to be read, and who may read the articles."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "sources": [{"address": "https://intranet.example/sitemap.xml", "kind": "sitemap"}],
                    "groups": ["public"],
                    "allow_removals": False,
                }
            ]
        },
    )

    sources: Annotated[list[IngestSource], Field(min_length=1, max_length=100)] = Field(
        description="Where the articles are. Paths have to lie in folders that the service was told to open."
    )
    groups: Annotated[list[GroupName], Field(min_length=1, max_length=100)] | None = Field(
        None,
        description="Who may read the articles: groups of your own key, unless it has the scope `admin`. Default: the "
        "one group of your key; a key of several has to name them.",
    )
    allow_removals: bool = Field(
        False, strict=True, description="Remove what the sources no longer have, however much that is."
    )


@router.post("/ingest", status_code=202, dependencies=[Once])
def start_ingest(request: IngestRequest, asker: Ingesting, running: Service) -> JobStatus:
    """Have sources read, once, now. The job that does it is at `/v1/jobs/{id}`, and what happens in it at its events.

    Addresses inside the network of the service are refused, unless a setting opens them. An article of other groups
    than yours stays as it is.
    """
    groups = groups_to_write(asker, request.groups)
    sources = [_listed(one, groups, asker, running.settings).as_json() for one in request.sources]
    arguments = {"sources": sources, "allow_removals": request.allow_removals, "within": within(asker)}
    job = running.jobs.start("ingest", arguments, asker.name)
    running.audit.note(asker, "ingest.started", job.id)
    return status_of(job.seen())


def _listed(source: IngestSource, groups: tuple[str, ...], asker: Identity, settings: Settings) -> ListedSource:
    if web_address(source.address) is not None:
        found = named(source.address, groups)
        return found if source.kind is None else ListedSource(source.kind, found.address, groups, None, found.name)
    path = os.path.abspath(source.address)  # noqa: PTH100 - keeps links' names: they name the source
    if not asker.owner and not any(_inside(os.path.realpath(path), folder) for folder in settings.http.ingest_folders):
        raise Forbidden(
            f"{source.address} does not lie in a folder that this service reads for its callers: whoever runs it names "
            "those in FOOTNOTE_HTTP__INGEST_FOLDERS."
        )
    found = named(path, groups)
    assert found.kind in ON_DISK  # noqa: S101 - a path is nothing else
    return found


def _inside(path: str, folder: str) -> bool:
    real = os.path.realpath(folder)
    return path == real or path.startswith(real.rstrip(os.sep) + os.sep)

"""What routes ask for, as types: a route reads as its signature."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from ingest.index import Catalogue as ArticleCatalogue
from service.conversations.store import Conversations
from service.errors import Forbidden, NotAllowed
from service.gateway import Gateway
from service.identity import Identity
from service.readiness import Readiness
from service.running import Running


async def _running(request: Request) -> Running:
    running: Running = request.state.running
    return running


async def _gateway(running: Annotated[Running, Depends(_running)]) -> Gateway:
    return running.gateway


async def _catalogue(running: Annotated[Running, Depends(_running)]) -> ArticleCatalogue:
    return running.index.catalogue


async def _conversations(running: Annotated[Running, Depends(_running)]) -> Conversations:
    return running.conversations


async def _readiness(running: Annotated[Running, Depends(_running)]) -> Readiness:
    return running.readiness


# Only said in OpenAPI: who asks is found out by the authenticator, which knows more ways than this.
_KEY = HTTPBearer(
    scheme_name="key",
    description="An API key, a token of the configured OpenID Connect issuer, or a widget token. Its scopes: `ask`, "
    "`ingest`, `admin`.",
    auto_error=False,
)


async def identified(request: Request, running: Running) -> Identity:
    """Who asks; asked for with several scopes, found out once.

    Raises:
        NotAllowed: they did not show who they are, or what they showed is not good.
    """
    known: Identity | None = getattr(request.state, "asker", None)
    if known is None:
        client = request.client.host if request.client else None
        request.state.asker = known = await running.authenticator.identify(request.headers, client)
    return known


async def _asker(
    request: Request, running: Annotated[Running, Depends(_running)], _shown: Annotated[object, Security(_KEY)]
) -> Identity:
    return await identified(request, running)


async def _may_ingest(asker: Annotated[Identity, Security(_asker, scopes=["ingest"])]) -> Identity:
    asker.require("ingest")
    return asker


async def _may_administer(asker: Annotated[Identity, Security(_asker, scopes=["admin"])]) -> Identity:
    asker.require("admin")
    return asker


async def _owning(
    running: Annotated[Running, Depends(_running)], asker: Annotated[Identity, Security(_asker, scopes=["owner"])]
) -> Running:
    if not asker.owner:
        refused = NotAllowed if asker.name is None else Forbidden
        raise refused("Only commands on the machine of the service, run by its user, may do this.")
    return running


async def _request_id(request: Request) -> str:
    return str(request.state.request_id)


Service = Annotated[Running, Depends(_running)]
Asking = Annotated[Gateway, Depends(_gateway)]
Catalogue = Annotated[ArticleCatalogue, Depends(_catalogue)]
Kept = Annotated[Conversations, Depends(_conversations)]
Ready = Annotated[Readiness, Depends(_readiness)]
Asker = Annotated[Identity, Depends(_asker)]
Ingesting = Annotated[Identity, Depends(_may_ingest)]
Administering = Annotated[Identity, Depends(_may_administer)]
Owning = Annotated[Running, Depends(_owning)]
# For routes that find out themselves who asks.
Shown = Security(_KEY)
RequestId = Annotated[str, Depends(_request_id)]

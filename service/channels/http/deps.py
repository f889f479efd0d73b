"""What routes ask for, as types: a route reads as its signature."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request

from ingest.article import PUBLIC
from ingest.index import Catalogue as ArticleCatalogue
from ingest.index import Index
from service.answering.engine import AnswerEngine
from service.channels.http.readiness import Readiness
from service.conversations.store import Conversations
from service.errors import NotAllowed
from service.jobs import Jobs
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Running:
    """What the lifespan built; lives as long as the service does."""

    settings: Settings
    index: Index
    engine: AnswerEngine
    conversations: Conversations
    readiness: Readiness
    jobs: Jobs
    token: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks, as far as it matters: the groups whose articles exist for them.

    The `owner` of the data folder, who can read its files anyway, belongs to whatever groups they name.
    """

    groups: tuple[str, ...]
    owner: bool = False

    @property
    def sees(self) -> tuple[str, ...] | None:
        """The groups whose conversations are theirs to see; None for everyone's."""
        return None if self.owner else self.groups

    def narrowed(self, groups: Sequence[str] | None) -> tuple[str, ...]:
        """Those of the asker's groups that were named; naming others gives no more."""
        if groups is None:
            return self.groups
        return tuple(groups) if self.owner else tuple(g for g in self.groups if g in groups)


async def _running(request: Request) -> Running:
    running: Running = request.state.running
    return running


async def _engine(running: Annotated[Running, Depends(_running)]) -> AnswerEngine:
    return running.engine


async def _catalogue(running: Annotated[Running, Depends(_running)]) -> ArticleCatalogue:
    return running.index.catalogue


async def _conversations(running: Annotated[Running, Depends(_running)]) -> Conversations:
    return running.conversations


async def _readiness(running: Annotated[Running, Depends(_running)]) -> Readiness:
    return running.readiness


async def _asker(
    running: Annotated[Running, Depends(_running)], authorization: Annotated[str, Header(include_in_schema=False)] = ""
) -> Identity:
    """Open access asks as the public; a command on this machine shows the token from the data folder."""
    scheme, _, token = authorization.partition(" ")
    if not authorization:
        return Identity((PUBLIC,))
    if scheme.lower() != "bearer" or not hmac.compare_digest(token.strip().encode(), running.token.encode()):
        raise NotAllowed("The token in the header Authorization is not one that this service knows.")
    return Identity((PUBLIC,), owner=True)


async def _owning(
    running: Annotated[Running, Depends(_running)], asker: Annotated[Identity, Depends(_asker)]
) -> Running:
    if not asker.owner:
        raise NotAllowed("Only commands on the machine of the service, run by its user, may do this.")
    return running


async def _request_id(request: Request) -> str:
    return str(request.state.request_id)


Engine = Annotated[AnswerEngine, Depends(_engine)]
Catalogue = Annotated[ArticleCatalogue, Depends(_catalogue)]
Kept = Annotated[Conversations, Depends(_conversations)]
Ready = Annotated[Readiness, Depends(_readiness)]
Asker = Annotated[Identity, Depends(_asker)]
Owning = Annotated[Running, Depends(_owning)]
RequestId = Annotated[str, Depends(_request_id)]

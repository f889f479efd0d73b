"""What routes ask for, as types: a route reads as its signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from ingest.article import PUBLIC
from ingest.index import Catalogue as ArticleCatalogue
from ingest.index import Index
from service.answering.engine import AnswerEngine
from service.channels.http.readiness import Readiness
from service.settings import Settings


@dataclass(frozen=True, slots=True)
class Running:
    """What the lifespan built; lives as long as the service does."""

    settings: Settings
    index: Index
    engine: AnswerEngine
    readiness: Readiness


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks, as far as it matters: the groups whose articles exist for them."""

    groups: tuple[str, ...]

    def narrowed(self, groups: Sequence[str] | None) -> tuple[str, ...]:
        """Those of the asker's groups that were named; naming others gives no more."""
        return self.groups if groups is None else tuple(g for g in self.groups if g in groups)


async def _running(request: Request) -> Running:
    running: Running = request.state.running
    return running


async def _engine(running: Annotated[Running, Depends(_running)]) -> AnswerEngine:
    return running.engine


async def _catalogue(running: Annotated[Running, Depends(_running)]) -> ArticleCatalogue:
    return running.index.catalogue


async def _readiness(running: Annotated[Running, Depends(_running)]) -> Readiness:
    return running.readiness


async def _asker() -> Identity:
    """Open access asks as the public."""
    return Identity((PUBLIC,))


async def _request_id(request: Request) -> str:
    return str(request.state.request_id)


Engine = Annotated[AnswerEngine, Depends(_engine)]
Catalogue = Annotated[ArticleCatalogue, Depends(_catalogue)]
Ready = Annotated[Readiness, Depends(_readiness)]
Asker = Annotated[Identity, Depends(_asker)]
RequestId = Annotated[str, Depends(_request_id)]

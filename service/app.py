"""The HTTP service: one application, built from settings."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI

from ingest.index import Catalogue, Index, open_index
from ingest.index.owner import Owner, Sharing
from service.answering.engine import build_engine
from service.audit.log import AuditLog
from service.channels.http import (
    answers,
    article_page,
    article_writes,
    articles,
    ask,
    ask_page,
    citations,
    conversations,
    docs,
    feedback,
    health,
    idempotency,
    ingest,
    metrics,
    people,
    problems,
    search,
    usage,
    widget_script,
    widget_tokens,
)
from service.channels.http import audit as audit_api
from service.channels.http import jobs as jobs_api
from service.channels.http.cors import allow_origins
from service.channels.http.envelope import Envelope
from service.channels.http.hosts import KnownHosts
from service.channels.http.resuming import AnswersInProgress
from service.channels.mcp.endpoint import mcp_route
from service.channels.openai_api import routes as chat_completions
from service.channels.slack.erasing import ROOMS
from service.channels.slack.http import slack_route
from service.channels.slack.opening import open_bot
from service.conversations.store import open_conversations
from service.forgetting import Retention
from service.gateway import Gateway
from service.idempotency import Idempotency
from service.identity import Authenticator
from service.jobs import Jobs
from service.limits.budget import open_budget
from service.readiness import Readiness
from service.running import Running
from service.serving.stopping import Stopping
from service.settings import Settings
from service.telemetry.telemetry import Telemetry
from service.telemetry.watched import service_state
from service.telemetry.watching import Watching
from service.version import version

_ROUTERS = (
    ask.router,
    answers.router,
    conversations.router,
    feedback.router,
    citations.router,
    people.router,
    audit_api.router,
    usage.router,
    search.router,
    articles.router,
    article_writes.router,
    article_page.router,
    ingest.router,
    ask_page.router,
    jobs_api.router,
    widget_script.router,
    widget_tokens.router,
    chat_completions.router,
    health.router,
    metrics.router,
    docs.router,
)


def create_app(settings: Settings) -> FastAPI:
    """The application; nothing is opened before its lifespan starts."""
    telemetry, stopping = Telemetry(settings.telemetry), Stopping()
    app = FastAPI(
        title="Footnote",
        version=version(),
        description="Answers questions over a collection of articles, with an exact quote behind every sentence.",
        lifespan=_lifespan(settings, telemetry, stopping),
        docs_url=None,
        redoc_url=None,
    )
    idempotency.register(app)
    app.add_middleware(KnownHosts, settings=settings)
    app.add_middleware(Envelope, limits=settings.http)
    allow_origins(app, settings)
    app.add_middleware(Watching, telemetry=telemetry)
    problems.register(app)
    for router in _ROUTERS:
        app.include_router(router)
    app.router.routes += [mcp_route(), slack_route()]
    docs.describe(app)
    app.state.stopping = stopping
    return app


def _lifespan(
    settings: Settings, telemetry: Telemetry, stopping: Stopping
) -> Callable[[FastAPI], AbstractAsyncContextManager[dict[str, Any]]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        """Own the data folder for as long as the service runs, where Chroma is embedded in it."""
        token = secrets.token_urlsafe(32)
        owner = Owner(settings.data, "footnote serve", _address(settings), token)
        with Sharing(settings.data) if settings.chroma_url else owner:
            index = await asyncio.to_thread(_open, settings)
            kept = await asyncio.to_thread(open_conversations, index.catalogue, settings.keep)
            budget = await asyncio.to_thread(open_budget, index.catalogue, settings)
            engine = build_engine(settings, index, conversations=kept, caching=True, budget=budget)
            readiness = Readiness(index, engine.warm, stopping, engine.breakers)
            readiness.start()
            jobs = Jobs(index, settings)
            stopping.first(jobs.close)
            await asyncio.to_thread(jobs.take_up)
            audit = AuditLog(index.catalogue)
            retention = Retention(kept, audit, settings.keep)
            retention.start()
            known = Authenticator(settings, token, index.catalogue, audit)
            telemetry.watch_index(index.catalogue)
            telemetry.watch(service_state(engine, jobs))
            await telemetry.open()
            slack = None
            try:
                asked = Gateway(engine, settings.limits, telemetry)
                running = Running(settings, index, asked, kept, readiness, jobs, known, telemetry, audit, budget, ROOMS)
                in_progress = AnswersInProgress(settings.answer.resume_within)
                stopping.last(in_progress.give_up)
                answered = Idempotency(index.catalogue, settings.http.idempotency_hours)
                slack = await open_bot(running)
                yield {"running": running, "in_progress": in_progress, "idempotency": answered, "slack": slack}
            finally:
                if slack is not None:
                    await slack.close()
                await telemetry.close()
                await asyncio.to_thread(jobs.close)
                await asyncio.to_thread(readiness.stop)
                await asyncio.to_thread(retention.stop)
                await asyncio.to_thread(kept.close)
                await asyncio.to_thread(budget.close)
                await known.close()
                await asyncio.to_thread(audit.close)
                index.catalogue.close()

    return lifespan


def _open(settings: Settings) -> Index:
    """Open the index, or an empty one, whose embedding model is still free to choose.

    Beside a Chroma server it is chosen now, so that what another process ingests is found without a restart.
    """
    if settings.chroma_url is None:
        Catalogue(settings.data, create=True).close()
    index = open_index(settings, create=settings.chroma_url is not None)
    index.catalogue.fingerprint()  # kept from now on: without it every write lets go of what was read for a search
    return index


def _address(settings: Settings) -> str:
    """Where commands on this machine reach the service."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"

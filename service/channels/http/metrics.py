"""Metrics as Prometheus reads them."""

from __future__ import annotations

import asyncio
import hmac

from fastapi import APIRouter, Request, Response

from service.channels.http.deps import Service, identified
from service.running import Running
from service.telemetry.metrics import CONTENT_TYPE

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
async def metrics(request: Request, running: Service) -> Response:
    """Show what is counted, to whoever may see it."""
    await _admit(request, running)
    return Response(await asyncio.to_thread(_shown, running), media_type=CONTENT_TYPE)


async def _admit(request: Request, running: Running) -> None:
    """Its own token, or the scope `admin`; anyone where only this machine is answered and nobody has to show a key.

    Raises:
        NotAllowed, Forbidden: they may not see it.
    """
    settings = running.settings
    token = settings.telemetry.metrics_token
    shown = request.headers.get("authorization", "").partition(" ")[2].strip()
    if token is not None and hmac.compare_digest(shown.encode(), token.get_secret_value().encode()):
        return
    if token is None and not shown and not settings.auth.on and not settings.open_access:
        return
    (await identified(request, running)).require("admin")


def _shown(running: Running) -> bytes:
    running.telemetry.refresh()
    return running.telemetry.metrics.exposition()

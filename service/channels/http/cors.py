"""Lets the pages that are named ask from a browser, and no others read what is answered."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from service.settings import Settings

_SENT = ("Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "X-Request-Id")
_READ = ("X-Request-Id", "Retry-After", "Location", "Idempotent-Replayed")


def allow_origins(app: FastAPI, settings: Settings) -> None:
    """Answer preflights of the widget's pages. No cookie is asked for: a token says who asks."""
    if settings.widget.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.widget.origins,
            allow_methods=("GET", "POST", "DELETE"),
            allow_headers=_SENT,
            expose_headers=_READ,
            allow_private_network=True,  # pages of the internet may embed a service on the intranet, if they are named
            max_age=600,
        )

"""What a running service is made of; every channel is handed it."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.index import Index
from service.audit.log import AuditLog
from service.conversations.store import Conversations
from service.forgetting import Room
from service.gateway import Gateway
from service.identity import Authenticator
from service.jobs import Jobs
from service.limits.budget import Budget
from service.readiness import Readiness
from service.settings import Settings
from service.telemetry.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Running:
    """Built by the application's lifespan; lives as long as the service does.

    `rooms` are where else something is kept of people.
    """

    settings: Settings
    index: Index
    gateway: Gateway
    conversations: Conversations
    readiness: Readiness
    jobs: Jobs
    authenticator: Authenticator
    telemetry: Telemetry
    audit: AuditLog
    budget: Budget
    rooms: tuple[Room, ...] = ()

"""What somebody tried and may not do stands in the audit log, whatever channel they came by."""

from __future__ import annotations

from urllib.parse import quote

from starlette.types import Scope

from service.identity import Identity
from service.running import Running


def note_refusal(scope: Scope) -> None:
    """Note a request that is answered 403, where it is known who asks; the path as it is sent, in ASCII."""
    asker: Identity | None = scope["state"].get("asker")
    running: Running | None = scope["state"].get("running")
    if asker is None or running is None:
        return
    route = str(getattr(scope.get("route"), "path", ""))
    running.audit.denied(asker, scope["method"], route, quote(scope["path"]))

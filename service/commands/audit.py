"""`footnote audit`: who changed what."""

from __future__ import annotations

import re
from contextlib import closing
from typing import Annotated

import typer

from ingest.commands import shared

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(Z|\+00:00)?)?")


def _time(given: str | None) -> str | None:
    if given is not None and not _TIME.fullmatch(given):
        raise typer.BadParameter("write a day, as 2026-01-31, or a time in UTC, as 2026-01-31T09:00:00.")
    return given


def audit(
    context: typer.Context,
    since: Annotated[str | None, typer.Option(callback=_time, metavar="DATE", help="Only from this day on.")] = None,
    who: Annotated[str | None, typer.Option(help="Only what they did: a name, or owner.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this; all of its kind with a point: article.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Most lines, the newest.")] = 50,
    as_json: shared.AsJson = False,
    data: shared.Data = None,
) -> None:
    """Show who changed what, and whose credentials were used or refused, newest first."""
    with shared.reading(context, data) as catalogue:
        from service.audit.log import AuditLog

        with closing(AuditLog(catalogue)) as log:
            found = log.listed(limit, who=who, action=action, since=since)
    if as_json:
        shared.print_json({"lines": found})
        return
    if not found:
        typer.echo("The audit log has no such line.")
    for one in found:
        often = f" ({one.times} times)" if one.times > 1 else ""
        parts = (one.at[:19], one.who or "-", one.action, one.target or "-", one.outcome + often, one.client or "-")
        typer.echo("  ".join(parts))

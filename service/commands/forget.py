"""`footnote forget`: deletes what was kept of a person, or what is old."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from ingest.commands import shared

if TYPE_CHECKING:
    from ingest.settings import IngestSettings

_SPAN = re.compile(r"([1-9][0-9]{0,4})([hdw])")
_DAYS = {"h": 1 / 24, "d": 1, "w": 7}


def _age(given: str | None) -> str | None:
    if given is not None and not _SPAN.fullmatch(given):
        raise typer.BadParameter(f"{given!r} is no age: write 90d, 12h or 2w.")
    return given


def forget(
    context: typer.Context,
    person: Annotated[
        str | None, typer.Argument(metavar="[PERSON]", help="A name as `footnote audit` shows it: oidc:ann.")
    ] = None,
    older_than: Annotated[
        str | None, typer.Option(callback=_age, metavar="AGE", help="Answers that are older: 90d, 12h, 2w.")
    ] = None,
    as_json: shared.AsJson = False,
    data: shared.Data = None,
) -> None:
    """Delete what a person asked and thought, or all answers of some age. What they cite stays open."""
    if (person is None) == (older_than is None):
        raise typer.BadParameter("name a person, or an age with --older-than.", param_hint="PERSON")
    with shared.told():
        settings = shared.settings_of(context, data)
        done = _person(settings, person) if person is not None else _older(settings, str(older_than))
    if as_json:
        shared.print_json(done)
        return
    counts = ", ".join(f"{n} {what}" for what, n in done.items() if type(n) is int)
    typer.echo(f"Deleted {counts}.")
    if person is not None and not any(n for n in done.values() if type(n) is int):
        typer.echo(f"footnote: nothing was kept of {person}: is the name as `footnote audit` shows it?", err=True)
    if not done.get("wiped", True):
        typer.echo(
            "footnote: bytes of it may be left in the file's free space: run this again when nothing else is running.",
            err=True,
        )


def _person(settings: IngestSettings, name: str) -> Mapping[str, Any]:
    """Through the service whose folder this is, so that it lets go of what it has in memory; else here."""
    from ingest.index.owner import InUse
    from ingest.remote import Remote

    try:
        with shared.owned(settings, "footnote forget"):
            return _here(settings, name)
    except InUse as busy:
        if busy.running is None:
            return _here(settings, name)
        shared.say_through(busy.running.address)
        told: Mapping[str, Any] = Remote(busy.running).call("DELETE", f"/v1/people/{quote(name, safe='')}")
        return told


def _here(settings: IngestSettings, name: str) -> Mapping[str, Any]:
    from ingest.index import Catalogue
    from service.audit.log import AuditLog
    from service.channels.slack.erasing import ROOMS
    from service.conversations.access import OWNER
    from service.conversations.store import Conversations
    from service.forgetting import forget_person
    from service.limits.spending import Spending

    with (
        closing(Catalogue(settings.data)) as catalogue,
        closing(AuditLog(catalogue)) as audit,
        closing(Conversations(catalogue)) as conversations,
    ):
        done = forget_person(conversations, audit, Spending(catalogue), name, ROOMS)
        audit.note(OWNER, "person.forgotten", name)
    return asdict(done)


def _older(settings: IngestSettings, age: str) -> Mapping[str, Any]:
    from ingest.index import Catalogue
    from service.audit.log import AuditLog
    from service.conversations.access import OWNER
    from service.conversations.store import Conversations
    from service.forgetting import forget_older

    span = _SPAN.fullmatch(age)
    days = int(span[1]) * _DAYS[span[2]] if span else 0
    with (
        closing(Catalogue(settings.data)) as catalogue,
        closing(AuditLog(catalogue)) as audit,
        closing(Conversations(catalogue)) as conversations,
    ):
        done = forget_older(conversations, days)
        audit.note(OWNER, "answers.expired", f"{done.answers} of more than {age}")
    return asdict(done)

"""`footnote keys`: who may ask from elsewhere. Works beside a running service, which heeds it within a second."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.commands.shared import AsJson, Data, print_json, settings_of, told

if TYPE_CHECKING:
    from service.identity.api_key import ApiKey
    from service.identity.key_store import KeyStore

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke API keys.")
_SCOPES = ("ask", "ingest", "admin")
_SPAN = re.compile(r"([1-9][0-9]{0,4})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 168}
_LONGEST = 200


def _scopes(given: list[str] | None) -> list[str] | None:
    for scope in given or []:
        if scope not in _SCOPES:
            raise typer.BadParameter(f"{scope!r} is no scope: there are {', '.join(_SCOPES)}.")
    return given


def _written(given: list[str] | None) -> list[str] | None:
    for name in given or []:
        if not name.strip() or len(name) > _LONGEST or not name.isprintable():
            raise typer.BadParameter(f"a group has 1 to {_LONGEST} characters that can be seen.")
    return given


def _origins(given: list[str] | None) -> list[str]:
    from service.settings.access import origin_of

    origins = [origin_of(origin) for origin in given or []]
    if None in origins:
        raise typer.BadParameter("an origin is scheme and host, as https://intranet.example.")
    return [origin for origin in origins if origin is not None]


def _ends(given: str | None) -> str | None:
    """`90d`, `12h`, `2w` or a date, as the time the key ends; on a date, when that day is over in UTC."""
    if given is None:
        return None
    at = datetime.now(UTC)
    if span := _SPAN.fullmatch(given):
        ends = at + timedelta(hours=int(span[1]) * _HOURS[span[2]])
    else:
        try:
            ends = datetime.combine(date.fromisoformat(given) + timedelta(days=1), time(), UTC)
        except (ValueError, OverflowError):
            raise typer.BadParameter(f"{given!r} is neither a time, as 90d, nor a date, as 2027-01-31.") from None
    if ends <= at:
        raise typer.BadParameter(f"{given} is over: the key would be of no use.")
    return ends.isoformat(timespec="seconds")


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    scopes: Annotated[
        list[str] | None,
        typer.Option("--scope", callback=_scopes, help="ask (default), ingest or admin; repeatable."),
    ] = None,
    groups: Annotated[
        list[str] | None,
        typer.Option(
            "--group", callback=_written, help="Group whose articles it reads; repeatable. Default: public alone."
        ),
    ] = None,
    expires: Annotated[
        str | None, typer.Option(callback=_ends, metavar="90d|DATE", help="When it ends; default: never.")
    ] = None,
    origins: Annotated[
        list[str] | None,
        typer.Option("--origin", callback=_origins, help="Page it may be used from in a browser; repeatable."),
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Make a key. It is shown this once: only a hash of it is kept."""
    if len(name) > _LONGEST or not name.isprintable():
        raise typer.BadParameter(f"a name has at most {_LONGEST} characters that can be seen.")
    with _keys(context, data) as (keys, note):
        key, sent = keys.create(
            name, _once(scopes) or ["ask"], _once(groups) or ["public"], _once(origins), expires_at=expires
        )
        note("key.created", key.id)
    if as_json:
        print_json({"key": sent} | _shown(key))
        return
    typer.echo(sent)
    typer.echo(
        f"footnote: this is the API key {key.id}, shown this once: keep it where you keep passwords.\n"
        f"  may {_list(key.scopes)}; reads what belongs to {_list(key.groups)}; "
        f"ends {key.expires_at or 'never'}",
        err=True,
    )


@app.command("list")
def list_keys(context: typer.Context, as_json: AsJson = False, data: Data = None) -> None:
    """List the keys there are, newest first, revoked ones too."""
    from service.identity.api_key import utc_now

    with _keys(context, data) as (keys, _):
        found = keys.listed()
    if as_json:
        print_json({"keys": [_shown(key) for key in found]})
        return
    if not found:
        typer.echo("There are no API keys: `footnote keys create` makes one.")
    for key in found:
        state = "revoked" if key.revoked_at else "expired" if key.fault(utc_now()) else "good"
        used = f"used {key.used_at}" if key.used_at else "never used"
        typer.echo(
            f"{key.id}  {state:<7}  {_list(key.scopes)}  {_list(key.groups)}  ends {key.expires_at or 'never'}  {used}"
            + (f"  {key.name}" if key.name else "")
        )


@app.command()
def revoke(
    context: typer.Context,
    key_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the key, as `keys list` shows it.")],
    data: Data = None,
) -> None:
    """Take a key back for ever; a running service refuses it, and its widget tokens, within a second."""
    from service.identity.api_key import parts_of

    sent = parts_of(key_id)
    named = sent[0] if sent else key_id
    with _keys(context, data) as (keys, note):
        if not keys.revoke(named):
            typer.echo(f"footnote: there is no API key {named}: see `footnote keys list`.", err=True)
            raise typer.Exit(1)
        note("key.revoked", named)
    typer.echo(f"The API key {named} is revoked.")


@app.command()
def rotate(context: typer.Context, data: Data = None) -> None:
    """Sign widget tokens with a new secret: those given out before are refused from now on."""
    with _keys(context, data) as (keys, note):
        keys.rotate()
        note("widget-tokens.revoked", None)
    typer.echo("Widget tokens are signed with a new secret; those given out before are refused.")


@contextmanager
def _keys(context: typer.Context, data: Data) -> Iterator[tuple[KeyStore, Callable[[str, str | None], None]]]:
    """The keys, and what writes in the audit log what became of them."""
    from ingest.index import Catalogue
    from service.audit.log import AuditLog
    from service.identity import Identity
    from service.identity.key_store import KeyStore

    with told():
        catalogue = Catalogue(settings_of(context, data).data, create=True)
        audit = AuditLog(catalogue)
        try:
            yield KeyStore(catalogue), lambda action, key_id: audit.note(Identity(owner=True), action, key_id)
        finally:
            audit.close()
            catalogue.close()


def _once(given: list[str] | None) -> list[str]:
    return list(dict.fromkeys(given or []))


def _shown(key: ApiKey) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(key)


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "nothing"

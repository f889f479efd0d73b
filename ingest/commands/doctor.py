"""`footnote doctor`: what is wrong with the index, and mending it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.commands.shared import AsJson, Data, owned, print_json, say_through, settings_of, told

if TYPE_CHECKING:
    from ingest.settings import IngestSettings


def doctor(
    context: typer.Context,
    mend: Annotated[bool, typer.Option("--repair", help="Mend it; nothing is embedded again.")] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Say what is wrong with the index, and mend it."""
    with told():
        result = _looked(settings_of(context, data), mend)
    if as_json:
        print_json(result)
    else:
        for one in result["mended"]:
            typer.echo(f"mended: {one['sentence']}")
        for one in result["findings"]:
            typer.echo(one["sentence"])
        if not result["findings"]:
            typer.echo("Nothing is wrong.")
        elif any(one["repairable"] for one in result["findings"]):
            typer.echo("Run `footnote doctor --repair`.")
    if result["findings"]:
        raise typer.Exit(1)


def _looked(settings: IngestSettings, mend: bool) -> dict[str, Any]:
    """Not by `operate`: that opens the index, and a damaged one does not open."""
    from ingest.doctor import examine, stale_locks
    from ingest.index.owner import InUse
    from ingest.operations import checked
    from ingest.progress import Lines
    from ingest.remote import Remote

    if not (settings.data / "catalogue.db").exists():  # taking the lock would make the folder
        return {"mended": [], "findings": [one.as_json() for one in examine(settings)]}
    stale = stale_locks(settings.data)  # taking the lock writes over it
    try:
        with owned(settings, "footnote doctor"):
            result: dict[str, Any] = checked(settings, None, mend)
    except InUse as busy:
        if busy.running is None:
            raise
        say_through(busy.running.address)
        return Remote(busy.running).perform("doctor", {"repair": mend}, Lines())
    seen = {one["sentence"] for one in result["findings"]}
    if not mend:
        result["findings"] += [one.as_json() for one in stale if one.sentence not in seen]
    return result

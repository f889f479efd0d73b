"""`footnote backup` and `footnote restore`: the data folder in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.commands.shared import AsJson, Data, print_json, settings_of, told

if TYPE_CHECKING:
    from ingest.settings import IngestSettings
    from service.backup import Manifest

File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup, as footnote-2026-03-01.tar.gz.")]


def backup(context: typer.Context, file: File, as_json: AsJson = False, data: Data = None) -> None:
    """Write articles, answers, keys and settings of builds to one file; works while the service runs."""
    with told():
        from service.backup import back_up

        made = back_up(settings_of(context, data).data, file)
    if as_json:
        print_json(made.model_dump())
    else:
        typer.echo(f"{file}: {_holds(made)}.")


def restore(
    context: typer.Context,
    file: File,
    replace: Annotated[bool, typer.Option("--replace", help="Replace what the data folder holds.")] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Put a backup in place of an empty data folder; stop the service first."""
    with told():
        from service import backup

        settings = settings_of(context, data)
        made = backup.restore(settings, file, replace)
        waiting = _bring_vectors(settings)
    if as_json:
        print_json({**made.model_dump(), "waiting": waiting})
        return
    typer.echo(f"{settings.data} is as it was at {made.made_at}: {_holds(made)}.")
    if waiting:
        typer.echo(f"{waiting} chunks wait for their vectors: `footnote serve` and `footnote ingest` bring them.")


def _bring_vectors(settings: IngestSettings) -> int:
    """Write the vectors again, from the cache of embeddings; how many chunks still wait for one."""
    from ingest.doctor import repair
    from ingest.errors import FootnoteError
    from ingest.index import Catalogue
    from ingest.index.owner import Owner

    try:
        with Owner(settings.data, "footnote restore"):
            repair(settings)
    except FootnoteError as error:
        typer.echo(f"footnote: restored, but its vectors could not be written now. {error}", err=True)
    catalogue = Catalogue(settings.data)
    try:
        return catalogue.count_waiting()
    finally:
        catalogue.close()


def _holds(made: Manifest) -> str:
    counted = [f"{count:,} {name.replace('_', ' ')}" for name, count in made.rows.items() if count]
    return f"{', '.join(counted) or 'nothing yet'} ({made.bytes / 1e6:,.1f} MB)"

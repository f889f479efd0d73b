"""Commands that change or show the index; `register` adds them to the program."""

from __future__ import annotations

import typer

from ingest.commands import articles, doctor, generations, ingest


def register(app: typer.Typer) -> None:
    """Add the commands of ingest."""
    app.command("ingest")(ingest.ingest)
    app.command("doctor")(doctor.doctor)
    app.add_typer(articles.app, name="articles")
    app.add_typer(generations.app, name="generations")

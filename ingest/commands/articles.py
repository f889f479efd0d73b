"""`footnote articles`: see, remove, and try again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from ingest.commands.ingest import show
from ingest.commands.shared import AsJson, Data, operate, print_json, reading, settings_of, told
from ingest.errors import FootnoteError

app = typer.Typer(help="See and remove articles.", no_args_is_help=True)


@app.command("list")
def list_articles(context: typer.Context, as_json: AsJson = False, data: Data = None) -> None:
    """List the articles that can be found."""
    with reading(context, data) as catalogue:
        found = catalogue.listed()
    if as_json:
        print_json({"articles": found})
        return
    for one in found:
        waits = f"{one.waiting} wait for vectors" if one.waiting else None
        aside = f"{one.failed} set aside" if one.failed else None
        parts = (one.published_at, one.author, one.language, f"{one.chunks} chunks", waits, aside)
        typer.echo(f"{one.id}\n    {one.title}\n    {' · '.join(part for part in parts if part)}")
        for address in one.also_at:
            typer.echo(f"    also at {address}")


@app.command("show")
def show_article(context: typer.Context, article_id: str, as_json: AsJson = False, data: Data = None) -> None:
    """Show an article's text, what is known of it, and how far its vectors are."""
    with reading(context, data) as catalogue:
        article = catalogue.article(article_id)
        if article is None:
            raise FootnoteError(f"There is no article {article_id!r}: see `footnote articles list`.")
        state = catalogue.state(article_id)
        failures = catalogue.failures(article_id)
    if as_json:
        print_json({**asdict(article), "state": state, "failures": failures})
        return
    for name in ("title", "author", "published_at", "language", "url", "uri"):
        if value := getattr(article, name):
            typer.echo(f"{name}: {value}")
    typer.echo(f"groups: {', '.join(article.groups)}")
    typer.echo(f"state: {state}")
    for one in failures:
        typer.echo(f"{one.chunk_id} {'set aside' if one.state == 'failed' else 'waits'}: {one.error}")
    typer.echo(f"\n{article.text}")


@app.command("remove")
def remove_articles(context: typer.Context, article_ids: list[str], as_json: AsJson = False, data: Data = None) -> None:
    """Take articles out of search at once."""
    with told():
        report = operate(context, settings_of(context, data), "remove", {"article_ids": article_ids}, create=False)
    show(report, as_json)


@app.command("failures")
def list_failures(context: typer.Context, as_json: AsJson = False, data: Data = None) -> None:
    """List chunks that could not be embedded, and why."""
    with reading(context, data) as catalogue:
        found = catalogue.failures()
    if as_json:
        print_json({"failures": found})
        return
    for one in found:
        typer.echo(f"{one.chunk_id} {'set aside' if one.state == 'failed' else 'waits'}: {one.error}")
    if not found:
        typer.echo("No chunk failed.")


@app.command("retry")
def retry(
    context: typer.Context,
    article_ids: Annotated[list[str] | None, typer.Argument(help="Ids of articles; default: all of them.")] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Embed again what was set aside: all of it, or these articles."""
    with told():
        report = operate(
            context, settings_of(context, data), "retry", {"article_ids": article_ids or None}, create=False
        )
    show(report, as_json)

"""`footnote ingest`: take in, plan, watch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.commands.shared import AsJson, Data, operate, print_json, settings_of, told

if TYPE_CHECKING:
    from ingest.settings import IngestSettings


def ingest(
    context: typer.Context,
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files, folders, .jsonl files of ready articles, or addresses of pages, sitemaps and feeds; "
            "default: what sources.toml lists.",
            metavar="SOURCE…",
        ),
    ] = None,
    groups: Annotated[list[str] | None, typer.Option("--group", help="Who may read these; repeatable.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Say what would be done; change nothing.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and keep the index in step with the sources.")] = False,
    allow_removals: Annotated[
        bool, typer.Option("--allow-removals", help="Remove what sources no longer have, however much it is.")
    ] = False,
    workers: Annotated[
        str | None, typer.Option(help="Embed with Ray: `local`, or the address ray://HOST:PORT of a cluster.")
    ] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Read articles, index them, and let questions find them."""
    if not all(group.strip() for group in groups or ()):
        raise typer.BadParameter("a group needs a name.", param_hint="--group")
    if watch and (plan or as_json):
        raise typer.BadParameter("--watch goes on for ever: leave --plan and --json out.", param_hint="--watch")
    with told():
        settings = settings_of(context, data)
        listed = _listed(settings, sources or [], groups or [])
        if plan:
            _plan(settings, listed, allow_removals, as_json)
            return
        arguments = {"sources": listed, "allow_removals": allow_removals, "workers": workers}
        if watch:
            _watch(context, settings, arguments)
            return
        report = operate(context, settings, "ingest", arguments)
    show(report, as_json)


def show(report: Mapping[str, Any], as_json: bool) -> None:
    """Print what a run did; exit code 1 where something failed."""
    if as_json:
        print_json(report)
    else:
        typer.echo(summary(report))
        if report["duplicates"]:
            typer.echo(f"{report['duplicates']} say what another article says and are kept as its further addresses.")
        if report["waiting"]:
            typer.echo(
                f"{report['waiting']} chunks are found by keywords and still wait for vectors: run the same command "
                "again."
            )
        if report["set_aside"]:
            typer.echo(f"{report['set_aside']} chunks are set aside: `footnote articles failures` says why.")
        for note in report["notes"]:
            typer.echo(note)
        for failure in report["failed"]:
            typer.echo(f"failed: {failure['error']}", err=True)
            if failure["source"] not in failure["error"]:
                typer.echo(f"    {failure['source']}", err=True)
    if report["failed"]:
        raise typer.Exit(1)


def _listed(settings: IngestSettings, sources: list[str], groups: list[str]) -> list[dict[str, Any]]:
    """What is to be taken in, as plain values that another process understands."""
    from ingest.sources.listed import named, read_listed

    if sources:
        return [named(one, groups).as_json() for one in sources]
    if not settings.sources.is_file():
        raise typer.BadParameter(
            f"name files, folders or addresses, or list them in {settings.sources} (see docs/ingest.md).",
            param_hint="SOURCE",
        )
    found = read_listed(settings.sources)
    return [one.with_groups(groups).as_json() for one in found]


def _plan(settings: IngestSettings, listed: list[dict[str, Any]], allow_removals: bool, as_json: bool) -> None:
    from tempfile import TemporaryDirectory

    from ingest.embedding import embedder_from
    from ingest.index import NO_EMBEDDER
    from ingest.index.catalogue import Catalogue
    from ingest.plan import plan
    from ingest.progress import Lines
    from ingest.sources.listed import sources_from

    embedder = embedder_from(settings)
    with TemporaryDirectory() as empty:
        there = (settings.data / "catalogue.db").exists()
        catalogue = Catalogue(settings.data if there else Path(empty), create=not there)
        generation = catalogue.generation()
        model = generation.embedder if generation else embedder.id if embedder else NO_EMBEDDER
        sources = sources_from(listed, settings)
        made = plan(catalogue, settings, None if model == NO_EMBEDDER else model, sources, Lines(), allow_removals)
        catalogue.close()
    if as_json:
        print_json(made.as_json())
    else:
        for what in ("added", "changed", "removed"):
            for one in getattr(made, what):
                typer.echo(f"{what}: {one}")
        cost = "unknown: set FOOTNOTE_EMBEDDING__PRICE" if made.cost is None else f"about ${made.cost:.2f}"
        typer.echo(
            f"{len(made.added)} to add, {len(made.changed)} to change, {made.unchanged} unchanged, "
            f"{len(made.removed)} to remove; {made.chunks} chunks of about {made.tokens:,} tokens to embed, cost {cost}"
        )
        typer.echo("Nothing was written.")
        for failure in made.failed:
            typer.echo(f"would fail: {failure.error}", err=True)
    if made.failed:
        raise typer.Exit(1)


def _watch(context: typer.Context, settings: IngestSettings, arguments: Mapping[str, Any]) -> None:
    import threading

    from ingest.index.catalogue import Catalogue
    from ingest.sources.listed import ListedSource
    from ingest.watch import watch

    def run(due: list[ListedSource]) -> Mapping[str, Any]:
        report = operate(context, settings, "ingest", {**arguments, "sources": [one.as_json() for one in due]})
        if any(report[what] for what in ("added", "changed", "removed")):
            typer.echo(summary(report))
        return report

    typer.echo("footnote: watching; Ctrl-C ends it.", err=True)
    catalogue = Catalogue(settings.data, create=True)
    listed = [ListedSource.from_json(one) for one in arguments["sources"]]
    watch(listed, run, threading.Event(), catalogue, lambda said: typer.echo(f"failed: {said}", err=True))


def summary(report: Mapping[str, Any]) -> str:
    """A run in one line."""
    counts = ", ".join(f"{report[what]} {what}" for what in ("added", "changed", "unchanged", "removed"))
    return f"{counts}; {report['chunks']} chunks in {report['seconds']:.1f} s"

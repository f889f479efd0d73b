"""Commands that change the index."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.errors import FootnoteError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from ingest.job import Report
    from ingest.settings import IngestSettings

Data = Annotated[Path | None, typer.Option("--data", help="Folder of the index; default ./data or FOOTNOTE_DATA.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

articles = typer.Typer(help="See and remove articles.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of ingest."""
    app.command()(ingest)
    app.add_typer(articles, name="articles")


def ingest(
    context: typer.Context,
    paths: Annotated[
        list[Path], typer.Argument(help="Files, folders, or .jsonl files of ready articles.", metavar="PATH…")
    ],
    groups: Annotated[list[str] | None, typer.Option("--group", help="Who may read these; repeatable.")] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Read articles, index them, and let questions find them."""
    from ingest.progress import Lines

    if not all(group.strip() for group in groups or ()):
        raise typer.BadParameter("a group needs a name.", param_hint="--group")
    with _writing(context, data, "footnote ingest") as (settings, index):
        from ingest.job import Job, sources_of

        report = Job(index, settings, Lines()).run(sources_of(paths), groups or ())
    _show(report, as_json)


@articles.command("list")
def list_articles(context: typer.Context, as_json: AsJson = False, data: Data = None) -> None:
    """List the articles that can be found."""
    with _reading(context, data) as catalogue:
        found = catalogue.listed()
    if as_json:
        print_json({"articles": found})
        return
    for one in found:
        about = " · ".join(
            part for part in (one.published_at, one.author, one.language, f"{one.chunks} chunks") if part
        )
        typer.echo(f"{one.id}\n    {one.title}\n    {about}")


@articles.command("show")
def show_article(context: typer.Context, article_id: str, as_json: AsJson = False, data: Data = None) -> None:
    """Show an article's text and what is known of it."""
    with _reading(context, data) as catalogue:
        article = catalogue.article(article_id)
        if article is None:
            raise FootnoteError(f"There is no article {article_id!r}: see `footnote articles list`.")
    if as_json:
        print_json(article)
        return
    for name in ("title", "author", "published_at", "language", "url", "uri"):
        if value := getattr(article, name):
            typer.echo(f"{name}: {value}")
    typer.echo(f"groups: {', '.join(article.groups)}\n\n{article.text}")


@articles.command("remove")
def remove_articles(context: typer.Context, article_ids: list[str], as_json: AsJson = False, data: Data = None) -> None:
    """Take articles out of search at once."""
    with _writing(context, data, "footnote articles remove") as (settings, index):
        from ingest.job import Job

        report = Job(index, settings).remove(article_ids)
    _show(report, as_json)


def print_json(value: Any) -> None:
    """Dataclasses and plain values as indented JSON, other alphabets left readable."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


@contextmanager
def told() -> Iterator[None]:
    """A foreseen failure becomes its sentence on stderr and exit code 1."""
    try:
        yield
    except FootnoteError as error:
        typer.echo(f"footnote: {error}", err=True)
        raise typer.Exit(1) from None


def owned(settings: IngestSettings, doing: str) -> AbstractContextManager[object]:
    """The data folder's lock where Chroma is embedded in it; nothing where Chroma is a server."""
    from ingest.index.owner import Owner

    return nullcontext() if settings.chroma_url else Owner(settings.data, doing)


@contextmanager
def _writing(context: typer.Context, data: Path | None, doing: str) -> Iterator[tuple[IngestSettings, Any]]:
    from ingest.index import open_index

    with told():
        settings = _settings(context, data)
        with owned(settings, doing):
            yield settings, open_index(settings, create=True)


@contextmanager
def _reading(context: typer.Context, data: Path | None) -> Iterator[Any]:
    from ingest.index.catalogue import Catalogue

    with told():
        yield Catalogue(_settings(context, data).data)


def _settings(context: typer.Context, data: Path | None) -> IngestSettings:
    """The settings of the whole program, which hands its own loader over: ingest does not know the service's."""
    load: Callable[[Path | None], IngestSettings] = context.obj
    return load(data)


def _show(report: Report, as_json: bool) -> None:
    if as_json:
        print_json(report)
    else:
        counts = ", ".join(f"{getattr(report, n)} {n}" for n in ("added", "changed", "unchanged", "removed"))
        typer.echo(f"{counts}; {report.chunks} chunks in {report.seconds:.1f} s")
        if report.waiting:
            typer.echo(
                f"{report.waiting} chunks are found by keywords and still wait for vectors: run the same command again."
            )
        for failure in report.failed:
            typer.echo(f"failed: {failure.error}", err=True)
            if failure.source not in failure.error:
                typer.echo(f"    {failure.source}", err=True)
    if report.failed:
        sys.exit(1)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return dict(value) if hasattr(value, "keys") else list(value)

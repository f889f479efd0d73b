"""`footnote generations`: complete builds of the index, one of which serves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ingest.commands.shared import AsJson, Data, operate, print_json, reading, settings_of, told

app = typer.Typer(
    help="Build the index anew beside the one that serves, flip to it, and go back.", no_args_is_help=True
)
Number = Annotated[int, typer.Argument(help="Number of the generation.")]


@app.command("list")
def list_generations(context: typer.Context, as_json: AsJson = False, data: Data = None) -> None:
    """List the builds there are."""
    with reading(context, data) as catalogue:
        found = catalogue.generations()
    if as_json:
        print_json({"generations": found})
        return
    for one in found:
        typer.echo(
            f"{one.id} {one.state}: {one.embedder}, {one.dimensions} dimensions, chunker {one.chunker}, "
            f"{one.created_at}"
        )


@app.command("build")
def build(
    context: typer.Context,
    flip: Annotated[bool, typer.Option("--flip", help="Let it serve as soon as it stands verification.")] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Build as the settings say now, and verify it; what serves goes on serving."""
    result = _done(context, data, "build", {})
    if flip:
        result = {**result, **_done(context, data, "flip", {"number": result["generation"]["id"]})}
    generation = result["generation"]
    then = "serves now" if flip else "is complete and verified: `footnote generations flip` lets it serve"
    _show(result, f"Generation {generation['id']} ({generation['embedder']}) {then}.", as_json)


@app.command("flip")
def flip(
    context: typer.Context,
    number: Annotated[int | None, typer.Argument(help="Number of the generation; default: the newest.")] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Bring a build up to date, verify it, and let it serve."""
    result = _done(context, data, "flip", {"number": number})
    _show(result, f"Generation {result['generation']['id']} ({result['generation']['embedder']}) serves now.", as_json)


@app.command("rollback")
def rollback(context: typer.Context, as_json: AsJson = False, data: Data = None) -> None:
    """Let the build serve that served before."""
    result = _done(context, data, "rollback", {})
    _show(
        result, f"Generation {result['generation']['id']} ({result['generation']['embedder']}) serves again.", as_json
    )


@app.command("drop")
def drop(context: typer.Context, number: Number, as_json: AsJson = False, data: Data = None) -> None:
    """Throw away a build that does not serve; cached embeddings stay."""
    result = _done(context, data, "drop", {"number": number})
    _show(result, f"Generation {number} is gone.", as_json)


def _done(context: typer.Context, data: Path | None, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    with told():
        return operate(context, settings_of(context, data), name, arguments, create=False)


def _show(result: dict[str, Any], sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(result)
    else:
        typer.echo(sentence)

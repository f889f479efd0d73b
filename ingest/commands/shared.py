"""What commands have in common: settings, the data folder's owner, failures as sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

import typer

from ingest.errors import FootnoteError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from ingest.index import Catalogue
    from ingest.settings import IngestSettings


class Program(Protocol):
    """What commands of ingest are handed by the program that they are part of, as the object of their context."""

    def settings(self, data: Path | None) -> IngestSettings:
        """All of its settings."""
        ...

    def noted(self, catalogue: Catalogue, operation: str, outcome: Literal["done", "failed"]) -> None:
        """Write down that this process changed an index, or tried to."""
        ...


Data = Annotated[Path | None, typer.Option("--data", help="Folder of the index; default ./data or FOOTNOTE_DATA.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


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


def settings_of(context: typer.Context, data: Path | None) -> IngestSettings:
    """The settings of the whole program, which hands its own loader over: ingest does not know the service's."""
    return _program(context).settings(data)


def operate(
    context: typer.Context, settings: IngestSettings, name: str, arguments: Mapping[str, Any], create: bool = True
) -> dict[str, Any]:
    """Carry out an operation of `ingest.operations` here, or let the service do it whose folder this is.

    Raises:
        FootnoteError: it could not be done.
    """
    from ingest.index import open_index
    from ingest.index.owner import InUse
    from ingest.operations import ANY_MODEL, perform, wanted
    from ingest.progress import Lines

    try:
        with owned(settings, f"footnote {name}"):
            index = open_index(settings, create, any_model=name in ANY_MODEL)
            outcome: Literal["done", "failed"] = "failed"
            try:
                result = perform(name, arguments, index, settings, Lines())
                outcome = "done"
                return result
            finally:
                _program(context).noted(index.catalogue, name, outcome)
    except InUse as busy:
        if busy.running is None:
            raise
        from ingest.remote import Remote

        say_through(busy.running.address)
        return Remote(busy.running).perform(name, {**arguments, **wanted(settings)}, Lines())


def say_through(address: str) -> None:
    """Say that the service does it."""
    typer.echo(f"footnote: through the service at {address}", err=True)


@contextmanager
def reading(context: typer.Context, data: Path | None) -> Iterator[Catalogue]:
    """The catalogue alone, which any number of processes may read."""
    from ingest.index.catalogue import Catalogue

    with told():
        catalogue = Catalogue(settings_of(context, data).data)
        try:
            yield catalogue
        finally:
            catalogue.close()


def _program(context: typer.Context) -> Program:
    program: Program = context.obj
    return program


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)

"""The command line. Each command imports what it needs, so that `--help` is quick."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ingest import commands
from ingest.commands import shared
from ingest.errors import FootnoteError
from service.commands import audit, backup, evaluate, feedback, forget, keys, mcp, slack

if TYPE_CHECKING:
    from socket import socket

    from ingest.index import Catalogue
    from service.asking import Asking
    from service.serving.workers import Workers
    from service.settings import Settings

app = typer.Typer(
    name="footnote",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Data = Annotated[Path | None, typer.Option("--data", help="Folder of the index; default ./data or FOOTNOTE_DATA.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Groups = Annotated[list[str] | None, typer.Option("--group", help="Ask as a member of this group; repeatable.")]


def _named(conversation: str | None) -> str | None:
    from service.answer import is_conversation_id

    if conversation is not None and not is_conversation_id(conversation):
        raise typer.BadParameter("an id has 1 to 100 letters, digits, - and _; an answer names its conversation's.")
    return conversation


@app.callback()
def footnote(
    context: typer.Context,
    _debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an unforeseen error.")] = False,
) -> None:
    """Answers questions over your articles and proves every sentence with an exact quote."""
    context.obj = Program()


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    conversation: Annotated[
        str | None,
        typer.Option(callback=_named, metavar="ID", help="Go on with a conversation, or begin one of this id."),
    ] = None,
    groups: Groups = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Answer a question, with the exact quote behind every sentence."""
    asked = groups or ["public"]
    with _asking(data, "footnote ask") as asking:
        answer = asking.ask(question, asked, conversation)
    if as_json:
        shared.print_json(answer)
    else:
        from service.terminal import render_answer

        typer.echo(render_answer(answer))
        typer.echo(f"\nTo go on: footnote ask --conversation {answer.conversation_id} “…”")


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="What to look for.")],
    limit: Annotated[int, typer.Option(min=1, max=50, help="Most hits.")] = 10,
    groups: Groups = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Show the passages a question finds, without an answer."""
    with _asking(data, "footnote search") as asking:
        hits = asking.search(question, groups or ["public"], limit)
    if as_json:
        shared.print_json({"hits": hits})
    else:
        from service.terminal import render_hits

        typer.echo(render_hits(hits))


@app.command()
def replay(
    answer_id: Annotated[str, typer.Argument(metavar="ANSWER_ID", help="Id of an answer, as --json shows it.")],
    prompt: Annotated[str | None, typer.Option(help="Another version of the prompt, as v1.")] = None,
    model: Annotated[str | None, typer.Option(help="Another chat model.")] = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Ask an old question again, of the same generation, and show what is different."""
    with _asking(data, "footnote replay") as asking:
        made = asking.replay(answer_id, prompt, model)
    if as_json:
        shared.print_json(made)
    else:
        from service.terminal_replay import render_replay

        typer.echo(render_replay(made))


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; default 8000.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes; several need a Chroma server. Default 1.")
    ] = None,
    data: Data = None,
) -> None:
    """Answer over HTTP."""
    from service.serving.listening import listen
    from service.settings import Settings

    with shared.told():
        settings = Settings.load(data=data, host=host, port=port, workers=workers)
        from service.telemetry.logs import set_up

        set_up(settings)
        with listen(settings.host, settings.port) as listening:
            at, number = listening.getsockname()[:2]
            settings = settings.model_copy(update={"port": number})
            several = _workers(settings, listening)
            _say_where(f"http://{f'[{at}]' if ':' in at else at}:{number}", settings.telemetry.logs == "json")
            if several is not None:
                raise typer.Exit(several.run())
            from service.serving.run import run

            try:
                run(settings, listening)
            except SystemExit:
                raise typer.Exit(1) from None  # it could not start, and has said why


def _say_where(address: str, as_json: bool) -> None:
    """To whoever started it, or where each line has to be JSON, to the log."""
    if as_json:
        import logging

        logging.getLogger(__name__).info("serving on %s", address)
    else:
        typer.echo(f"footnote: serving on {address}; Ctrl-C stops it.", err=True)


class Program:
    """What commands of ingest are handed."""

    def settings(self, data: Path | None) -> Settings:
        """All settings."""
        return _load(data)

    def noted(self, catalogue: Catalogue, operation: str, outcome: Literal["done", "failed"]) -> None:
        """Write in the audit log what the owner of the folder did without a service."""
        from service.audit.log import AuditLog
        from service.conversations.access import OWNER

        with closing(AuditLog(catalogue)) as log:
            log.note(OWNER, f"{operation}.ended", outcome=outcome)


def _workers(settings: Settings, listening: socket) -> Workers | None:
    if settings.workers == 1:
        return None
    from service.serving.workers import Workers

    return Workers(settings, listening)


def _load(data: Path | None) -> Settings:
    from service.settings import Settings

    return Settings.load(data=data)


@contextmanager
def _asking(data: Path | None, doing: str) -> Iterator[Asking]:
    """Whoever can answer: an engine of this process, or the service whose data folder this is."""
    from ingest.index import open_index
    from ingest.index.owner import InUse
    from service.asking import Here, There

    with shared.told():
        settings = _load(data)
        try:
            with shared.owned(settings, doing), closing(Here(settings, open_index(settings))) as here:
                yield here
        except InUse as busy:
            if busy.running is None:
                raise
            shared.say_through(busy.running.address)
            yield There(busy.running)


commands.register(app)
app.command("eval")(evaluate.evaluate)
app.command("feedback")(feedback.feedback)
app.command("forget")(forget.forget)
app.command("audit")(audit.audit)
app.add_typer(keys.app, name="keys")
app.command("mcp")(mcp.mcp)
app.command("slack")(slack.slack)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)


def main() -> None:
    """Entry point; an unforeseen error still ends in a sentence."""
    try:
        app()
    except FootnoteError as error:
        sys.exit(f"footnote: {error}")
    except Exception as error:
        if "--debug" in sys.argv:
            raise
        sys.exit(
            f"footnote: an unforeseen error ({type(error).__name__}) stopped the command; nothing that was indexed is "
            "lost. Run `footnote --debug …` to see where, and report it."
        )

"""`footnote feedback`: what people think of answers."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest.commands import shared

if TYPE_CHECKING:
    from service.conversations.feedback import Rating, Reported

_MARKS = {"up": "+", "down": "-"}


def _rating(given: str | None) -> str | None:
    if given is not None and given not in _MARKS:
        raise typer.BadParameter("it is up or down.")
    return given


def feedback(
    context: typer.Context,
    rating: Annotated[str | None, typer.Option(callback=_rating, metavar="up|down", help="Only these.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Most lines, the newest.")] = 50,
    as_json: shared.AsJson = False,
    data: shared.Data = None,
) -> None:
    """Show what people think of answers and citations, newest first."""
    with shared.reading(context, data) as catalogue:
        from service.conversations.access import OWNER
        from service.conversations.feedback import reported
        from service.conversations.store import Conversations

        wanted: Rating | None = "up" if rating == "up" else "down" if rating == "down" else None
        with closing(Conversations(catalogue)) as conversations:
            found = reported(conversations, OWNER, limit, rating=wanted)
    if as_json:
        shared.print_json({"feedback": [_shown(one) for one in found]})
        return
    if not found:
        typer.echo("Nobody has said what they think of an answer yet.")
    for one in found:
        typer.echo(_line(one))


def _line(one: Reported) -> str:
    opinion = one.given.opinion
    about = f" [{opinion.citation}]" if opinion.citation else ""
    said = "; ".join(part for part in (opinion.reason, opinion.comment) if part)
    who = f"  {one.asker}" if one.asker else ""
    return (
        f"{_MARKS[opinion.rating]} {one.given.given_at[:16].replace('T', ' ')}{who}  {one.turn.answer.question}{about}"
        + (f"\n    {' '.join(said.split())}" if said else "")
        + f"\n    {one.given.answer_id}"
    )


def _shown(one: Reported) -> dict[str, Any]:
    given = asdict(one.given)
    return {
        **{name: given[name] for name in ("id", "answer_id")},
        **given["opinion"],
        **{name: given[name] for name in ("given_at", "changed_at")},
        "asker": one.asker,
        "question": one.turn.answer.question,
        "outcome": one.turn.answer.outcome,
    }

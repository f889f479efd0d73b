"""What models cost by day and asker, kept in the catalogue's file and shared by all processes on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, select, tuple_
from sqlalchemy.dialects.sqlite import insert

from ingest.index import Catalogue
from service.limits.schema import TABLES, spent

# Somebody's days are told for a year, and looked at the year after.
_KEPT_DAYS = 400


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens and what they cost, of so many answers."""

    prompt: int = 0
    completion: int = 0
    cost: float = 0.0
    answers: int = 0

    @property
    def tokens(self) -> int:
        """Sent and written."""
        return self.prompt + self.completion

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            self.prompt + other.prompt,
            self.completion + other.completion,
            self.cost + other.cost,
            self.answers + other.answers,
        )

    def __sub__(self, other: Spent) -> Spent:
        return self + Spent(-other.prompt, -other.completion, -other.cost, -other.answers)


@dataclass(frozen=True, slots=True)
class Account:
    """Whose, and on which day (UTC). The asker is empty where nobody was asked who they are."""

    day: str
    asker: str


@dataclass(frozen=True, slots=True)
class Line:
    """What an asker spent on a day; None where nobody was asked who they are."""

    day: str
    asker: str | None
    spent: Spent


class Spending:
    """Reads and writes. Blocking. Raises TransientError or IndexUnavailable where the file cannot be used."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def prepare(self) -> None:
        """Make the table, and let go of days long past."""
        self._catalogue.hold(TABLES)
        last = (datetime.now(UTC) - timedelta(days=_KEPT_DAYS)).date().isoformat()
        with self._catalogue.reading() as connection:
            old = connection.scalar(select(spent.c.day).where(spent.c.day < last).limit(1))
        if old is not None:
            with self._catalogue.writing() as connection:
                connection.execute(delete(spent).where(spent.c.day < last))

    def of(self, account: Account) -> tuple[Spent, Spent]:
        """What the asker spent that day, and what all together did."""
        asked = select(spent).where(spent.c.day == account.day, spent.c.asker == account.asker)
        with self._catalogue.reading() as connection:
            own = connection.execute(asked).one_or_none()
            sums = [func.sum(spent.c[name]).label(name) for name in ("prompt", "completion", "cost", "answers")]
            every = connection.execute(select(*sums).where(spent.c.day == account.day)).one()
        return _spent(own), _spent(every)

    def add(self, more: Mapping[Account, Spent]) -> None:
        """Add to several accounts, in one transaction."""
        with self._catalogue.writing() as connection:
            for account, one in more.items():
                _add(connection, account, one)

    def lines(self, since: str, asker: str | None, limit: int, after: Account | None = None) -> list[Line]:
        """The newest days first from `since` on, of one asker or of all; those behind `after`."""
        query = select(spent).where(spent.c.day >= since).order_by(spent.c.day.desc(), spent.c.asker.desc())
        if asker is not None:
            query = query.where(spent.c.asker == asker)
        if after is not None:
            query = query.where(tuple_(spent.c.day, spent.c.asker) < (after.day, after.asker))
        with self._catalogue.reading() as connection:
            found = connection.execute(query.limit(limit)).all()
        return [Line(row.day, row.asker or None, _spent(row)) for row in found]

    def forget(self, asker: str) -> int:
        """Give what somebody spent to nobody in particular, so that the sums stay; how many days that were."""
        with self._catalogue.writing() as connection:
            rows = connection.execute(select(spent).where(spent.c.asker == asker)).all()
            for row in rows:
                _add(connection, Account(row.day, ""), _spent(row))
            connection.execute(delete(spent).where(spent.c.asker == asker))
        return len(rows)


def _add(connection: Connection, account: Account, more: Spent) -> None:
    row = {"prompt": more.prompt, "completion": more.completion, "cost": more.cost, "answers": more.answers}
    adding = insert(spent).values(day=account.day, asker=account.asker, **row)
    connection.execute(
        adding.on_conflict_do_update(
            index_elements=["day", "asker"], set_={name: spent.c[name] + adding.excluded[name] for name in row}
        )
    )


def _spent(row: Any) -> Spent:
    if row is None:
        return Spent()
    return Spent(row.prompt or 0, row.completion or 0, row.cost or 0.0, row.answers or 0)

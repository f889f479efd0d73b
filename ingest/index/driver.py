"""Statements by the driver itself, for reads of so many rows that SQLAlchemy's own would cost more than the read."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection


def fetched(connection: Connection, statement: str, *values: object) -> list[Any]:
    """All rows, as tuples, of what the connection's transaction sees."""
    driver: Any = connection.connection.driver_connection
    return list(driver.execute(statement, values).fetchall())


def listed(values: Collection[str] | Collection[int]) -> str:
    """As many values as there are in one, for `IN (SELECT value FROM json_each(?))`."""
    return json.dumps(list(values))

"""The tables of the Slack bot."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect

from ingest.index import Catalogue
from service.channels.slack.schema import TABLES, metadata


def test_the_migrations_make_the_tables_that_the_code_names(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path, create=True)
    catalogue.hold(TABLES)
    with catalogue.reading() as connection:
        made = inspect(connection)
        for table in metadata.sorted_tables:
            columns = {c["name"]: (str(c["type"]), c["nullable"]) for c in made.get_columns(table.name)}
            assert columns == {c.name: (str(c.type), bool(c.nullable)) for c in table.columns}
            indexes = {
                index["name"] for index in made.get_indexes(table.name) if not index.get("duplicates_constraint")
            }
            assert indexes == {index.name for index in table.indexes}
            assert len(made.get_foreign_keys(table.name)) == len(table.foreign_keys)
    catalogue.close()

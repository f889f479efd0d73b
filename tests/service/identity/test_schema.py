"""The tables that keys are kept in."""

from __future__ import annotations

from sqlalchemy import inspect

from ingest.index import Catalogue
from service.identity.key_store import KeyStore
from service.identity.schema import metadata


def test_the_migrations_make_the_tables_that_the_code_names(catalogue: Catalogue, keys: KeyStore) -> None:
    keys.prepare()
    with catalogue.reading() as connection:
        made = inspect(connection)
        for table in metadata.sorted_tables:
            columns = {c["name"]: (str(c["type"]), c["nullable"]) for c in made.get_columns(table.name)}
            named = {c.name: (str(c.type), bool(c.nullable)) for c in table.columns}
            assert columns == named

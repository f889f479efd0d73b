"""A mark of all that a search can see, so that what was made of it can be told to be out of date."""

from __future__ import annotations

from typing import Any

from ingest.index.catalogue.store import Store
from ingest.index.database import translated
from ingest.index.mark import keep_mark, mark_of


class Fingerprint(Store):
    """The mark is chance, not a count: a file restored from a backup has that of its contents, never one seen since."""

    def fingerprint(self) -> str:
        """Differs after anything has changed that search can see, by whatever process: equal means nothing has.

        The database itself notes them, in the transaction that makes them; a row costs under a microsecond more for it.
        """
        with translated(self.data):
            return self._unchanged.get("fingerprint", self._read_fingerprint)

    def _read_fingerprint(self) -> str:
        with self.reading() as connection:
            driver: Any = connection.connection.driver_connection
            found = mark_of(driver)
        if found is not None:
            return found
        with self.writing() as connection:
            return keep_mark(connection)

"""Keywords are damaged, and made anew from the articles."""

from __future__ import annotations

import pytest

from ingest.doctor import Kind
from tests.fakes.patient import Patient


def test_rows_that_are_missing_are_added(patient: Patient) -> None:
    lost = patient.sql("DELETE FROM keywords_1 WHERE rowid % 4 = 0")
    (found,) = patient.examine()
    assert (found.kind, found.count) == (Kind.KEYWORDS_MISSING, lost)
    assert found.example in patient.ids(5000)
    patient.mend()
    patient.must_find_as_before()


def test_rows_of_no_chunk_are_taken_out(patient: Patient) -> None:
    patient.sql("INSERT INTO keywords_1(rowid, title, section, body) VALUES (99999, 'audit', '', 'orchard')")
    (found,) = patient.examine()
    assert (found.kind, found.count) == (Kind.KEYWORDS_ORPHANED, 1)
    patient.mend()
    patient.must_find_as_before()


@pytest.mark.parametrize(
    "damage",
    [
        "DROP TABLE keywords_1",
        "DROP TABLE keyword_terms_1",
        "DELETE FROM keywords_1_data WHERE id > 100",
        "DELETE FROM keywords_1_content WHERE id % 2 = 0",
        "UPDATE keywords_1_content SET c2 = 'other words' WHERE id % 2 = 0",
        "DELETE FROM keywords_1_docsize WHERE id % 2 = 0",
        "DELETE FROM keywords_1_idx",
    ],
)
def test_damaged_tables_are_made_anew(patient: Patient, damage: str) -> None:
    patient.sql(damage)
    (found,) = patient.examine()
    assert found.kind == Kind.KEYWORDS_DAMAGED
    assert [m.kind for m in patient.mend()] == [Kind.KEYWORDS_DAMAGED]
    patient.must_find_as_before()

"""Articles, versions and chunks contradict each other, and are mended from the versions' texts."""

from __future__ import annotations

import shutil

import pytest

from ingest.doctor import Kind
from ingest.index import Catalogue, open_index
from ingest.job import Job, sources_of
from tests.fakes.patient import Patient, word


@pytest.mark.parametrize(
    "damage",
    [
        'UPDATE chunks SET "end" = 999999 WHERE row % 15 = 0',
        "UPDATE chunks SET start = -5 WHERE row % 15 = 0",
        "UPDATE chunks SET start = start + 3 WHERE row % 15 = 0",
        "UPDATE chunks SET embedding_key = 'other' WHERE row % 15 = 0",
        "UPDATE chunks SET version = 7 WHERE row % 15 = 0",
        "DELETE FROM chunks WHERE row % 15 = 0",
        "DELETE FROM chunks WHERE ordinal = 0 AND article_id < 'a3'",
        "DELETE FROM chunks WHERE row IN (SELECT max(row) FROM chunks GROUP BY article_id LIMIT 5)",
    ],
)
def test_chunks_that_are_not_in_the_text_are_cut_again(patient: Patient, damage: str) -> None:
    ids = patient.ids(5000)
    assert patient.sql(damage) > 4
    assert Kind.CHUNK_MISPLACED in patient.kinds()
    patient.mend()
    assert sorted(patient.ids(5000)) == sorted(ids)
    assert patient.ids(1, "state != 'ready'") == []
    assert _found(patient)


def test_an_article_without_chunks_gets_them(patient: Patient) -> None:
    ids = patient.ids(5000)
    patient.sql("DELETE FROM chunks WHERE article_id = 'a7'")
    assert Kind.ARTICLE_WITHOUT_CHUNKS in patient.kinds()
    patient.mend()
    assert sorted(patient.ids(5000)) == sorted(ids)
    assert _found(patient)


def test_an_article_is_shown_to_the_groups_of_its_version_and_to_no_others(patient: Patient) -> None:
    patient.sql("UPDATE versions SET groups = '[\"hr\"]' WHERE article_id = 'a7'")
    (found,) = patient.examine()
    assert (found.kind, found.count, found.example) == (Kind.GROUPS_DIFFER, 1, "a7")
    patient.mend()
    assert _found(patient, "public") == set()
    assert _found(patient, "hr") == {"a7"}


def test_chunks_of_a_removed_article_are_taken_out(patient: Patient) -> None:
    patient.sql("UPDATE articles SET removed_at = '2024-06-20', version = NULL WHERE id = 'a7'")
    assert patient.kinds() == {Kind.CHUNK_UNSEEN, Kind.GROUPS_DIFFER, Kind.KEYWORDS_ORPHANED}
    patient.mend()
    assert patient.ids(1, "article_id = 'a7'") == []
    assert _found(patient) == set()


def test_a_duplicate_without_its_original_is_searched_itself(patient: Patient) -> None:
    index = open_index(patient.settings)
    folder = patient.data.parent / "copies"
    folder.mkdir()
    article = index.catalogue.article("a7")
    assert article is not None
    shutil.copy(article.uri, folder / "copy.md")
    assert Job(index, patient.settings).run(sources_of([folder])).duplicates == 1
    assert index.vectors is not None
    index.vectors.close()
    index.catalogue.close()
    patient.sql("UPDATE articles SET removed_at = '2024-06-20', version = NULL WHERE id = 'a7'")
    assert Kind.DUPLICATE_WITHOUT_ORIGINAL in patient.kinds()
    patient.mend()
    assert _found(patient) == {"copy"}


def test_a_version_that_would_never_be_served_is_served(patient: Patient) -> None:
    columns = "title, language, author, published_at, url, groups, sections, pages, metadata, source_hash, created_at"
    patient.sql(
        f"INSERT INTO versions (article_id, number, text, {columns}) "
        f"SELECT article_id, 2, 'Only lanterns stand here now.', {columns} FROM versions WHERE article_id = 'a7'"
    )
    (found,) = patient.examine()
    assert (found.kind, found.example) == (Kind.VERSION_STRANDED, "a7")
    patient.mend()
    index = open_index(patient.settings)
    assert index.catalogue.serving("a7") == 1  # until its vectors are there
    Job(index, patient.settings).catch_up()
    assert index.catalogue.serving("a7") == 2
    assert len(patient.endpoint.asked) == 1


def test_what_is_set_aside_or_fails_is_reported_and_left(patient: Patient) -> None:
    catalogue = Catalogue(patient.data)
    first, second = patient.ids(2)
    catalogue.wait_again([first, second])
    catalogue.set_aside([first], "The model refuses it.")
    catalogue.note_failure([second], "The model did not answer.")
    catalogue.close()
    # Its vector is in the cache, so it would be mended; the error is what is reported.
    patient.sql("DELETE FROM embeddings WHERE key = (SELECT embedding_key FROM chunks WHERE id = ?)", second)
    found = patient.examine()
    assert [(f.kind, f.example, f.repairable) for f in found] == [
        (Kind.CHUNKS_SET_ASIDE, first, False),
        (Kind.CHUNKS_FAILED, second, False),
    ]
    assert patient.mend() == []
    assert patient.examine() == found


def test_a_served_version_that_is_not_there_is_reported(patient: Patient) -> None:
    patient.sql("UPDATE articles SET version = 9 WHERE id = 'a7'")
    found = {f.kind: f for f in patient.examine()}
    assert not found[Kind.VERSION_MISSING].repairable
    assert "footnote articles remove" in found[Kind.VERSION_MISSING].sentence


def _found(patient: Patient, group: str = "public") -> set[str]:
    """Articles that a word which stands in one of them alone finds."""
    catalogue = Catalogue(patient.data)
    found = {h.chunk_id for h in catalogue.keyword_search([word(7)], [group], 50)}
    seen = {article.id for _, article in catalogue.visible(found, [group]).values()}
    catalogue.close()
    return seen

"""What is said where nothing can be mended, and that looking changes nothing."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from ingest.doctor import Kind, examine, repair
from ingest.errors import IndexUnavailable
from ingest.index import open_index
from ingest.job import Job, sources_of
from ingest.settings import EmbeddingSettings, IngestSettings
from tests.fakes.patient import Patient


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.9])
def test_a_truncated_catalogue_is_reported_with_what_to_do(patient: Patient, share: float) -> None:
    file = patient.data / "catalogue.db"
    os.truncate(file, int(file.stat().st_size * share))
    damaged = file.read_bytes()
    (found,) = patient.examine()
    assert found.kind in {Kind.CATALOGUE_DAMAGED, Kind.CATALOGUE_UNREADABLE}
    assert not found.repairable
    assert "backup" in found.sentence.lower()
    assert file.read_bytes() == damaged
    with pytest.raises(IndexUnavailable, match="backup"):
        repair(patient.settings)
    assert file.read_bytes() == damaged


def test_a_garbled_catalogue_is_reported(patient: Patient) -> None:
    (patient.data / "catalogue.db").write_bytes(b"no database at all" * 500)
    (found,) = patient.examine()
    assert found.kind == Kind.CATALOGUE_DAMAGED


def test_a_folder_without_a_catalogue_is_said_to_have_none(tmp_path: Path) -> None:
    settings = IngestSettings(data=tmp_path / "none")
    (found,) = examine(settings)
    assert found.kind == Kind.CATALOGUE_MISSING
    assert not (tmp_path / "none").exists()


def test_the_catalogue_of_a_newer_footnote_is_left_alone(patient: Patient) -> None:
    patient.sql("UPDATE alembic_version SET version_num = '9999'")
    (found,) = patient.examine()
    assert found.kind == Kind.CATALOGUE_UNREADABLE
    assert "newer Footnote" in found.sentence


def test_another_embedder_is_reported_with_the_command_that_moves_to_it(patient: Patient) -> None:
    other = EmbeddingSettings(provider="hashing")  # type: ignore[call-arg]
    (found,) = examine(patient.settings.model_copy(update={"embedding": other}))
    assert found.kind == Kind.EMBEDDER_DIFFERS
    assert "footnote generations build" in found.sentence


def test_an_embedder_that_lacks_its_key_is_reported_and_the_rest_is_looked_at(patient: Patient) -> None:
    patient.sql("DELETE FROM keywords_1 WHERE rowid = 1")
    keyless = EmbeddingSettings(provider="openai")  # type: ignore[call-arg]
    settings = patient.settings.model_copy(update={"embedding": keyless})
    assert [f.kind for f in examine(settings)] == [Kind.EMBEDDER_UNUSABLE, Kind.KEYWORDS_MISSING]
    assert [m.kind for m in repair(settings)] == [Kind.KEYWORDS_MISSING]


def test_keywords_alone_are_examined_and_mended(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Leave\n\nEmployees have 15 days of annual leave.")
    settings = IngestSettings(data=tmp_path / "data", embedding=EmbeddingSettings(provider="none"))  # type: ignore[call-arg]
    index = open_index(settings, create=True)
    Job(index, settings).run(sources_of([tmp_path / "a.md"]))
    assert examine(settings) == []
    with index.catalogue.writing() as connection:
        connection.exec_driver_sql("DROP TABLE keywords_1")
    assert [f.kind for f in examine(settings)] == [Kind.KEYWORDS_DAMAGED]
    repair(settings)
    assert examine(settings) == []
    assert index.catalogue.keyword_search(["leav", "leave"], ["public"], 5)
    assert not (settings.data / "chroma").exists()


def test_looking_changes_no_file(patient: Patient) -> None:
    before = _digests(patient.data)
    assert patient.examine() == []
    assert _digests(patient.data) == before
    patient.must_find_as_before()


def test_a_server_that_does_not_answer_is_reported(patient: Patient) -> None:
    settings = patient.settings.model_copy(update={"chroma_url": "http://127.0.0.1:9"})
    (found,) = examine(settings)
    assert (found.kind, found.repairable) == (Kind.CHROMA_UNREACHABLE, False)
    assert repair(settings) == []


def test_findings_are_plain_json(patient: Patient) -> None:
    patient.sql("DELETE FROM keywords_1 WHERE rowid < 4")
    (found,) = json.loads(json.dumps([f.as_json() for f in patient.examine()]))
    assert found == {
        "kind": "keywords-missing",
        "sentence": f"3 chunks of generation 1 are not found by keywords (such as {found['example']}). "
        "They are added from the articles.",
        "count": 3,
        "example": found["example"],
        "repairable": True,
        "generation": 1,
    }


def _digests(folder: Path) -> dict[str, str]:
    """Of the catalogue and the locks, and the names of the rest: Chroma writes to its files when it is opened."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.parent == folder else ""
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    }

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ingest.article import Article
from ingest.chunk import chunks_of
from ingest.errors import FootnoteError, IndexUnavailable, TransientError
from ingest.index import Catalogue
from ingest.index.database import open_database, translated
from ingest.index.schema import SCHEMA_VERSION, metadata


def filled(data: Path) -> Path:
    """A catalogue of some articles, closed; the path of its file."""
    catalogue = Catalogue(data, create=True)
    catalogue.start_generation("hashing-8", 8, "test:400:1")
    for n in range(30):
        article = Article(f"a{n}", f"Title {n}", f"Sentence {n} of the article. " * 40, "en", f"/a{n}")
        cut = chunks_of(article, 1, 400)
        catalogue.add(article, "hash", cut, [f"k{n}"] * len(cut))
    catalogue.close()
    return data / "catalogue.db"


def use(data: Path) -> None:
    """Everything that reads and some that writes."""
    catalogue = Catalogue(data)
    try:
        for one in catalogue.listed():
            catalogue.article(one.id)
        catalogue.visible([h.chunk_id for h in catalogue.keyword_search(["sentenc"], ["public"], 50)], ["public"])
        catalogue.document_frequencies(["sentenc", "articl"])
        catalogue.waiting(10)
        catalogue.mark_ready([w.id for w in catalogue.waiting(10)])
        catalogue.remove("a3")
        catalogue.generation()
    finally:
        catalogue.close()


def test_the_migrations_make_the_tables_that_the_code_names(tmp_path: Path) -> None:
    engine = open_database(tmp_path, create=True)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": lambda _o, name, *_: not str(name).startswith("keyword")}
        )
        assert compare_metadata(context, metadata) == []
        assert context.get_current_revision() == SCHEMA_VERSION


def test_opening_twice_changes_nothing(tmp_path: Path) -> None:
    file = filled(tmp_path)
    before = file.read_bytes()
    Catalogue(tmp_path, create=True).close()
    assert file.read_bytes() == before


@pytest.mark.parametrize("name", ["what?now", "100% sure", "a b#c", "数据", "x%20y"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    assert filled(tmp_path / name).is_file()
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_a_newer_schema_is_left_alone(tmp_path: Path) -> None:
    file = filled(tmp_path)
    with sqlite3.connect(file) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '0099'")
    before = file.read_bytes()
    for create in (True, False):
        with pytest.raises(IndexUnavailable, match=r"newer Footnote \(schema 0099; .*Upgrade Footnote"):
            Catalogue(tmp_path, create)
    assert file.read_bytes() == before


def damage_head(data: bytes) -> bytes:
    return random.Random(1).randbytes(4096) + data[4096:]


def all_random(data: bytes) -> bytes:
    return random.Random(2).randbytes(len(data))


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


@pytest.mark.parametrize("spoil", [damage_head, all_random, half, lambda _: b"hello"])
def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    file = filled(tmp_path)
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(IndexUnavailable, match=r"The catalogue in .* is damaged. Restore catalogue.db from a backup"):
        use(tmp_path)


def test_damage_anywhere_is_a_sentence_or_goes_unnoticed(tmp_path: Path) -> None:
    sound = filled(tmp_path / "sound").read_bytes()
    chance = random.Random(3)
    damaged = 0
    for trial in range(40):
        data = tmp_path / str(trial)
        data.mkdir()
        at = chance.randrange(100, len(sound) - 600)
        (data / "catalogue.db").write_bytes(sound[:at] + chance.randbytes(600) + sound[at + 600 :])
        try:
            use(data)
        except FootnoteError as error:
            damaged += 1
            assert "damaged" in str(error), error
        shutil.rmtree(data)
    assert damaged


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE keywords_1",
        "DROP TABLE articles",
        "DROP TABLE alembic_version",
        "DELETE FROM alembic_version",
        "UPDATE alembic_version SET version_num = '0000'",
        "ALTER TABLE versions DROP COLUMN title",
    ],
)
def test_a_database_of_another_shape_is_a_sentence(tmp_path: Path, statement: str) -> None:
    with sqlite3.connect(filled(tmp_path)) as raw:
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute(statement)
    with pytest.raises(IndexUnavailable, match=r"Restore catalogue.db from a backup"):
        use(tmp_path)


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(IndexUnavailable, match=r"file cannot be made: there is a file in its place"):
        open_database(tmp_path / "file", create=True)


def test_a_folder_in_place_of_the_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "catalogue.db").mkdir()
    with pytest.raises(TransientError, match="cannot be written: check its owner"):
        open_database(tmp_path, create=True)


def test_a_mistake_in_the_program_is_not_called_damage(tmp_path: Path) -> None:
    engine = open_database(tmp_path, create=True)
    with pytest.raises(Exception, match="syntax error"), translated(tmp_path), engine.connect() as connection:
        connection.exec_driver_sql("SELEKT 1")

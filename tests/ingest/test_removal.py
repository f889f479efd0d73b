import shutil
from pathlib import Path

import pytest

from ingest.errors import IncompleteListing, PermanentError, SourceUnreachable
from ingest.settings import RemovalSettings
from tests.fakes.shelf import Pages, Shelf, counts


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def fill(shelf: Shelf, number: int) -> list[Path]:
    """So many files, taken in."""
    paths = [shelf.put(f"a{n:02}.txt", f"Article number {n} about a zeppelin.") for n in range(number)]
    assert shelf.ingest().added == number
    return paths


def pages(number: int) -> Pages:
    return Pages(texts={f"p{n}": f"Page number {n} about a zeppelin." for n in range(number)})


def test_a_file_that_is_gone_takes_its_article_out_of_both_searches(shelf: Shelf) -> None:
    gone, _ = fill(shelf, 2)
    gone.unlink()
    report = shelf.ingest()
    assert (counts(report), report.removed) == ((0, 0, 1, 0), 1)
    assert (shelf.ids(), shelf.in_chroma(), shelf.find("number 0 zeppelin")) == (["a01"], 1, ["a01@1"])
    assert shelf.catalogue.article("a00", 1) is not None
    assert shelf.ingest().removed == 0


def test_a_file_that_comes_back_is_found_again(shelf: Shelf) -> None:
    gone, _ = fill(shelf, 2)
    text = gone.read_text()
    gone.unlink()
    shelf.ingest()
    gone.write_text(text)
    assert counts(shelf.ingest()) == (1, 0, 1, 0)
    assert "a00@2" in shelf.find("number 0 zeppelin")


@pytest.mark.parametrize(("gone", "of", "removed"), [(10, 12, 10), (11, 55, 11), (11, 54, 0), (12, 12, 0)])
def test_many_articles_go_only_where_they_are_few_or_a_small_share(
    shelf: Shelf, gone: int, of: int, removed: int
) -> None:
    source = pages(of)
    shelf.ingest(source)
    for name in list(source.texts)[:gone]:
        del source.texts[name]
    report = shelf.ingest(source)
    assert (report.removed, len(shelf.ids()), shelf.in_chroma()) == (removed, of - removed, of - removed)
    if removed:
        assert report.failed == []
        return
    (failure,) = report.failed
    assert failure.source == source.key
    assert failure.error == (
        f"{source.key} no longer has {gone} of its {of} articles. That is more than 20%, so none was removed: "
        "check the source, or run again with --allow-removals."
    )
    assert shelf.ingest(source, allow_removals=True).removed == gone


def test_how_many_may_go_is_a_setting(shelf: Shelf) -> None:
    paths = fill(shelf, 3)
    shelf.with_settings(removal=RemovalSettings(share=0.5, articles=0))
    for path in paths[:2]:
        path.unlink()
    assert shelf.ingest().removed == 0
    paths[0].write_text("Article number 0 about a zeppelin.")
    assert shelf.ingest().removed == 1


def test_a_refused_removal_still_lets_what_is_new_in(shelf: Shelf) -> None:
    for path in fill(shelf, 12):
        path.unlink()
    shelf.put("new.txt", "Something new about trains.")
    report = shelf.ingest()
    assert (counts(report), report.removed) == ((1, 0, 0, 1), 0)
    assert (len(shelf.ids()), shelf.find("trains")) == (13, ["new@1"])


def test_a_folder_that_cannot_be_reached_removes_nothing(shelf: Shelf) -> None:
    fill(shelf, 3)
    shutil.move(shelf.articles, shelf.articles.with_name("elsewhere"))
    report = shelf.ingest(allow_removals=True)
    assert (counts(report), report.removed, len(shelf.ids())) == ((0, 0, 0, 1), 0, 3)
    assert "does not exist: check the path" in report.failed[0].error


@pytest.mark.parametrize("error", [SourceUnreachable, IncompleteListing])
def test_a_listing_that_may_not_be_whole_removes_nothing(shelf: Shelf, error: type[IncompleteListing]) -> None:
    source = pages(3)
    shelf.ingest(source)
    source.texts, source.fails = {"p0": source.texts["p0"]}, error("The site did not answer.")
    report = shelf.ingest(source, allow_removals=True)
    assert (counts(report), report.removed, len(shelf.ids())) == ((0, 0, 1, 1), 0, 3)
    source.fails = None
    assert shelf.ingest(source).removed == 2


def test_an_article_that_fails_is_still_there(shelf: Shelf) -> None:
    (path,) = fill(shelf, 1)
    path.write_text("")
    report = shelf.ingest()
    assert (counts(report), report.removed) == ((0, 0, 0, 1), 0)
    assert shelf.find("zeppelin") == ["a00@1"]


def test_a_failure_that_is_no_gap_in_the_listing_lets_the_others_go(shelf: Shelf) -> None:
    source = pages(3)
    shelf.ingest(source)
    del source.texts["p1"]
    source.fails = PermanentError("One page is too large.")
    report = shelf.ingest(source)
    assert (report.removed, len(report.failed), len(shelf.ids())) == (1, 1, 2)


def test_a_line_that_is_damaged_does_not_cost_its_article(shelf: Shelf) -> None:
    records = [{"id": f"r{n}", "text": f"Record number {n} about a zeppelin."} for n in range(4)]
    path = shelf.records("all.jsonl", *records)
    shelf.ingest()
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1][:20], lines[3]]))
    report = shelf.ingest()
    assert (counts(report), report.removed) == ((0, 0, 2, 1), 0)
    assert shelf.ids() == ["r0", "r1", "r2", "r3"]
    path.write_text("\n".join([lines[0], lines[1], lines[3]]))
    report = shelf.ingest()
    assert (counts(report), report.removed, shelf.ids()) == ((0, 0, 3, 0), 1, ["r0", "r1", "r3"])


def test_what_a_feed_lists_no_more_stays(shelf: Shelf) -> None:
    feed = pages(3)
    feed.exhaustive = False
    shelf.ingest(feed)
    feed.texts = {"p9": "Page number 9 about a zeppelin."}
    report = shelf.ingest(feed, allow_removals=True)
    assert (counts(report), report.removed, len(shelf.ids())) == ((1, 0, 0, 0), 0, 4)


def test_articles_of_other_sources_stay(shelf: Shelf, tmp_path: Path) -> None:
    fill(shelf, 2)
    beside = tmp_path / "articles-too"
    beside.mkdir()
    (beside / "other.txt").write_text("Another article about trains.")
    source = pages(1)
    shelf.ingest(beside, source)
    for path in shelf.articles.iterdir():
        path.unlink()
    shelf.put("left.txt", "What is left.")
    assert shelf.ingest().removed == 2
    assert shelf.ids() == ["left", "other", "p0"]


def test_a_parent_takes_out_what_a_folder_inside_it_brought_in(shelf: Shelf) -> None:
    inner = shelf.put("deep/inner.txt", "An inner article about trains.")
    shelf.put("outer.txt", "An outer article about ships.")
    shelf.ingest(shelf.articles / "deep")
    inner.unlink()
    report = shelf.ingest()
    assert (counts(report), report.removed, shelf.ids()) == ((1, 0, 0, 0), 1, ["outer"])


def test_a_folder_inside_leaves_what_its_parent_brought_in(shelf: Shelf) -> None:
    shelf.put("deep/inner.txt", "An inner article about trains.")
    outer = shelf.put("outer.txt", "An outer article about ships.")
    shelf.ingest()
    outer.unlink()
    assert shelf.ingest(shelf.articles / "deep").removed == 0
    assert shelf.ids() == ["inner", "outer"]


def test_a_record_that_leaves_its_file_is_removed(shelf: Shelf) -> None:
    one, two = ({"id": name, "text": f"Record {name} about a zeppelin."} for name in ("one", "two"))
    path = shelf.records("all.jsonl", one, two)
    shelf.ingest(path)
    shelf.records("all.jsonl", two)
    report = shelf.ingest(path)
    assert (counts(report), report.removed, shelf.ids()) == ((0, 0, 1, 0), 1, ["two"])

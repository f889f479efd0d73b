"""What is read again and what is not, and whose an id is."""

import json
import random
import sqlite3
import time
from pathlib import Path

import pytest

from tests.fakes.shelf import Pages, Shelf, counts


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def pages() -> Pages:
    return Pages(
        texts={"one": "The first page tells of zeppelins.", "two": "The second page tells of trains."},
        marks={"one": "monday"},
        versions={"two": "etag"},
    )


def test_an_equal_mark_in_the_listing_saves_the_fetch(shelf: Shelf) -> None:
    source = pages()
    shelf.ingest(source)
    source.fetched.clear()
    assert counts(shelf.ingest(source)) == (0, 0, 2, 0)
    assert source.fetched == ["two"]
    source.marks["one"], source.texts["one"] = "tuesday", "The first page tells of ships."
    assert counts(shelf.ingest(source)) == (0, 1, 1, 0)
    assert (shelf.find("ships"), shelf.find("zeppelins")) == (["one@2"], [])


def test_another_mark_on_the_same_content_is_kept_and_changes_nothing(shelf: Shelf) -> None:
    source = pages()
    shelf.ingest(source)
    source.marks["one"] = "tuesday"
    assert counts(shelf.ingest(source)) == (0, 0, 2, 0)
    source.fetched.clear()
    shelf.ingest(source)
    assert source.fetched == ["two"]


def test_what_the_source_says_is_not_modified_is_unchanged(shelf: Shelf) -> None:
    source = pages()
    shelf.ingest(source)
    source.texts["two"] = "Nobody sees this while the version is the same."
    assert counts(shelf.ingest(source)) == (0, 0, 2, 0)
    source.versions["two"] = "another etag"
    assert counts(shelf.ingest(source)) == (0, 1, 1, 0)


def test_other_groups_read_everything_again_whatever_the_marks(shelf: Shelf) -> None:
    source = pages()
    shelf.ingest(source)
    source.groups = ("staff",)
    assert counts(shelf.ingest(source)) == (0, 2, 0, 0)
    assert (shelf.find("zeppelins trains"), shelf.find("zeppelins trains", "staff")) == ([], ["one@2", "two@2"])
    source.fetched.clear()
    assert counts(shelf.ingest(source)) == (0, 0, 2, 0)
    assert source.fetched == ["two"]
    assert counts(shelf.ingest(source, groups=("board",))) == (0, 2, 0, 0)


def test_a_removed_page_is_fetched_again_though_its_marks_are_known(shelf: Shelf) -> None:
    source = pages()
    shelf.ingest(source)
    shelf.remove("one", "two")
    assert counts(shelf.ingest(source)) == (2, 0, 0, 0)
    assert shelf.find("zeppelins trains") == ["one@2", "two@2"]


def test_a_source_that_says_not_modified_of_what_was_never_read_is_told(shelf: Shelf) -> None:
    class Forgetful(Pages):
        def _fetch(self, name: str) -> object:
            return lambda _: None

    source = Forgetful(texts={"one": "x"})
    report = shelf.ingest(source)
    assert "one gave nothing although it was never read" in report.failed[0].error


def test_one_id_from_two_sources_is_whose_it_was_first(shelf: Shelf) -> None:
    first = shelf.records("first.jsonl", {"id": "leave", "text": "Employees have ten days."})
    second = shelf.records("second.jsonl", {"id": "leave", "text": "Employees have twelve days."})
    report = shelf.ingest(first, second)
    assert counts(report) == (1, 0, 0, 1)
    assert report.failed[0].source == f"{second}#leave"
    assert f"the id 'leave' belongs to {first}#leave already, with another text" in report.failed[0].error
    assert counts(shelf.ingest(second)) == (0, 0, 0, 1)
    assert shelf.find("employees days") == ["leave@1"]
    first.unlink()
    assert counts(shelf.ingest(second)) == (0, 1, 0, 0)
    assert shelf.by_keywords("twelve") == ["leave@2"]


def test_one_text_under_one_id_in_two_sources_is_one_article(shelf: Shelf) -> None:
    record = {"id": "leave", "text": "Employees have ten days."}
    first, second = shelf.records("first.jsonl", record), shelf.records("second.jsonl", record)
    shelf.ingest(first)
    shelf.ingest(second)
    assert (shelf.ids(), shelf.catalogue.next_version("leave")) == (["leave"], 2)


def test_a_clock_that_is_set_back_changes_nothing(shelf: Shelf) -> None:
    path = shelf.put("travel.txt", "The manager approves travel by zeppelin.")
    gone = shelf.put("gone.txt", "Employees have leave.")
    shelf.ingest()
    with sqlite3.connect(shelf.settings.data / "catalogue.db") as raw:  # the clock was a hundred years ahead
        for table, column in (("versions", "created_at"), ("changes", "at"), ("runs", "started_at")):
            raw.execute(f"UPDATE {table} SET {column} = '2126-01-01T00:00:00+00:00'")
    before = shelf.catalogue.sequence()
    path.write_text("The board approves journeys by train.")
    gone.unlink()
    report = shelf.ingest()
    assert (counts(report), report.removed, report.seconds >= 0) == ((0, 1, 0, 0), 1, True)
    assert (shelf.find("train"), shelf.find("zeppelin leave")) == (["travel@2"], [])
    assert shelf.catalogue.sequence() == before + 2


def test_an_article_whose_language_changes_half_way_is_found_in_both(shelf: Shelf) -> None:
    for name, numbers in (("en-zh", range(60)), ("zh-en", range(60, 120))):
        english = " ".join(f"Employees file request number {n} with the manager." for n in numbers)
        chinese = "".join(f"员工向经理提出第{n}号年假申请。" for n in numbers)
        shelf.put(f"{name}.txt", "\n\n".join((english, chinese) if name == "en-zh" else (chinese, english)))
    assert counts(shelf.ingest()) == (2, 0, 0, 0)
    for question in ("manager request", "年假申请"):
        assert shelf.by_keywords(question) == ["en-zh@1", "zh-en@1"]
    for name in ("en-zh", "zh-en"):
        article = shelf.catalogue.article(name)
        assert article is not None
        chunks = [c for c, _ in shelf.catalogue.visible([f"{name}:1:{n}" for n in range(50)], ["public"]).values()]
        covered = "".join(c.text for c in sorted(chunks, key=lambda c: c.start))
        assert "".join(covered.split()) == "".join(article.text.split())


def test_broken_lines_cost_only_themselves(shelf: Shelf) -> None:
    good = {"id": "good", "text": "A zeppelin is good."}
    lines = [
        json.dumps(good), "{", "", "null", '{"id": "no-text"}', '{"id": "", "text": "x"}', '{"text": "A zeppelin."}',
        '{"id": "list", "text": ["x"]}', '{"id": "groups", "text": "x", "groups": "hr"}', "\x00",
        '{"id": "late", "text": "A late zeppelin."}',
    ]  # fmt: skip
    (shelf.articles / "all.jsonl").write_bytes("\n".join(lines).encode() + b"\n\xff\xfe\n")
    report = shelf.ingest()
    numbers = [int(f.error.split("line ")[1].split(":")[0].split(" ")[0]) for f in report.failed]
    assert {2, 4, 5, 6, 8, 10, 12} <= set(numbers)
    assert {1, 3, 11} & set(numbers) == set()
    assert {"good@1", "late@1"} <= set(shelf.find("zeppelin"))
    assert all("all.jsonl" in f.source for f in report.failed)


@pytest.mark.slow
def test_an_article_of_five_million_characters_is_taken_in_and_changed_in_time(shelf: Shelf) -> None:
    chance = random.Random(5)
    words = [f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(600)]
    parts, length = [], 0
    while length < 5_000_000:
        part = f"# Part {len(parts)}\n\n" + " ".join(chance.choices(words, k=400)).capitalize() + ".\n\n"
        parts.append(part)
        length += len(part)
    shelf.put("long.md", "".join(parts))
    started = time.perf_counter()
    assert counts(shelf.ingest()) == (1, 0, 0, 0)
    first = time.perf_counter() - started
    (listed,) = shelf.catalogue.listed()
    assert listed.chunks > 4000
    assert listed.chunks == shelf.in_chroma()
    started = time.perf_counter()
    assert counts(shelf.ingest()) == (0, 0, 1, 0)
    unchanged = time.perf_counter() - started
    parts[0] = "# Part 0\n\nThe zeppelin is new.\n\n"
    shelf.put("long.md", "".join(parts))
    started = time.perf_counter()
    report = shelf.ingest()
    changed = time.perf_counter() - started
    assert (counts(report), shelf.by_keywords("zeppelin")) == ((0, 1, 0, 0), ["long@2"])
    assert (first < 180, unchanged < 10, changed < 180) == (True, True, True), (first, unchanged, changed)

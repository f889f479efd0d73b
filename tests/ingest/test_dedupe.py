import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.dedupe import bands_of, same
from tests.fakes.shelf import Shelf, counts

TEXT = (
    "the quarterly review of the northern warehouses shows that parcels arrive sooner since the second hall opened "
    "while returns of clothing stay high and managers ask for more staff in the evening because lorries wait at the "
    "gates until late and drivers complain about the queue which the new software was meant to shorten but has not "
    "shortened so far although its makers promised better figures by the end of summer when volumes usually rise"
)
ZH = (
    "北方仓库的季度报告说明新楼启用以后包裹到得更早服装退货仍然很多经理希望晚上增加人手因为卡车在门口等到很晚司机抱怨排队"
    * 2
)
LEAST = 0.9
NAMES = ("amber", "basalt", "cobalt", "dolomite")


def text(changed: int = 0, figure: str = "31.4%", ending: str = "") -> str:
    """One article; `changed` of its words are others."""
    words = [f"other{chr(97 + n)}" if n < changed else word for n, word in enumerate(TEXT.split())]
    return f"{' '.join(words)}. The rate was {figure} in all. {ending}".strip()


def meet(one: str, other: str) -> bool:
    """Whether two texts would be compared at all."""
    return bool(set(bands_of(one)) & set(bands_of(other)))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (text(), True),
        (text().upper().replace(" ", "  \n"), True),
        (text(1), True),
        (text(ending="Ends."), True),
        (text(20), False),
        (text(figure="31.5%"), False),
        (text(ending="In 2023."), False),
        (text().replace("31.4%", "much"), False),
    ],
)
def test_texts_are_the_same_where_nearly_all_runs_and_every_number_are(other: str, alike: bool) -> None:
    assert same(text(), other, LEAST) is same(other, text(), LEAST) is alike
    if alike:
        assert meet(text(), other)


def test_chinese_is_compared_by_its_characters() -> None:
    near = ZH.replace("经理希望", "主管希望", 1)
    assert meet(ZH, near)
    assert same(ZH, near, LEAST)
    assert not same(ZH, ZH.replace("包裹", "信件").replace("卡车", "火车").replace("司机", "乘客"), LEAST)


def test_short_texts_are_the_same_only_word_for_word() -> None:
    assert same("Leave is granted.", "leave is  granted!", LEAST)
    assert not same("Leave is granted.", "Leave is not granted.", 0.5)
    assert bands_of("Leave is granted.") != bands_of("Leave is not granted.")
    assert len(bands_of("Leave is granted.")) == 1


@pytest.mark.parametrize("copy", [text(), text(1)])
def test_what_says_the_same_is_kept_once_with_every_address(shelf: Shelf, copy: str) -> None:
    shelf.put("a.txt", text())
    shelf.put("b/second.txt", copy)
    shelf.put("c/third.txt", copy)
    report = shelf.ingest()
    assert (counts(report), report.duplicates, shelf.ids()) == ((3, 0, 0, 0), 2, ["a"])
    assert shelf.catalogue.listed()[0].also_at == tuple(
        str(shelf.articles / name) for name in ("b/second.txt", "c/third.txt")
    )
    assert shelf.find("northern warehouses") == ["a@1"]
    assert shelf.catalogue.counts()[0] == 1
    opened = shelf.catalogue.article("second")
    assert opened is not None
    assert opened.text.startswith(copy[:20])
    assert shelf.catalogue.state("second") == "kept as a further address of another article"
    again = shelf.ingest()
    assert (counts(again), again.removed, again.duplicates) == ((0, 0, 3, 0), 0, 0)


def test_the_addresses_of_copies_are_not_told_to_who_asks_as_a_group(shelf: Shelf) -> None:
    shelf.put("a.txt", text())
    shelf.put("b.txt", text())
    shelf.ingest()
    assert shelf.catalogue.listed(["public"])[0].also_at == ()


def test_other_figures_make_another_article(shelf: Shelf) -> None:
    shelf.put("q1.txt", text())
    shelf.put("q2.txt", text(figure="28.9%"))
    assert (shelf.ingest().duplicates, shelf.ids()) == (0, ["q1", "q2"])
    assert shelf.by_keywords("28.9%") == ["q2@1"]


def test_what_other_groups_may_read_is_kept_for_them(shelf: Shelf) -> None:
    shelf.records(
        "all.jsonl", {"id": "hr", "text": text(), "groups": ["hr"]}, {"id": "all", "text": text()},
        {"id": "two", "text": text(), "groups": ["hr", "board"]},
        {"id": "owt", "text": text(), "groups": ["board", "hr"]},
    )  # fmt: skip
    report = shelf.ingest()
    assert (report.duplicates, shelf.ids()) == (1, ["all", "hr", "two"])
    assert shelf.find("northern warehouses") == ["all@1"]
    assert shelf.find("northern warehouses", "board") == ["two@1"]


def test_the_copy_is_searched_when_the_original_is_gone(shelf: Shelf) -> None:
    original = shelf.put("a.txt", text())
    shelf.put("b.txt", text())
    shelf.put("c.txt", text(1))
    shelf.ingest()
    original.unlink()
    report = shelf.ingest()
    assert (report.removed, shelf.ids()) == (1, ["b"])
    assert shelf.catalogue.duplicates("b") == ["c"]
    assert shelf.by_vectors(text()) == ["b@1"]
    assert shelf.in_chroma() == shelf.catalogue.counts()[1]


def test_an_original_that_is_removed_by_id_leaves_its_copy(shelf: Shelf) -> None:
    shelf.put("a.txt", text())
    shelf.put("b.txt", text())
    shelf.ingest()
    assert shelf.remove("a").removed == 1
    assert (shelf.find("northern warehouses"), shelf.catalogue.orphans()) == (["b@1"], [])


def test_copies_of_an_original_that_changes_are_searched_once(shelf: Shelf) -> None:
    shelf.put("a.txt", text())
    for name in ("b.txt", "c.txt", "d.txt"):
        shelf.put(name, text())
    shelf.ingest()
    shelf.put("a.txt", "Something else altogether about ships.")
    assert counts(shelf.ingest()) == (0, 1, 3, 0)
    assert (shelf.ids(), shelf.catalogue.duplicates("b")) == (["a", "b"], ["c", "d"])
    assert (shelf.find("ships"), shelf.find("northern warehouses")) == (["a@2"], ["b@1"])


def test_copies_follow_an_original_that_hardly_changes(shelf: Shelf) -> None:
    shelf.put("a.txt", text())
    shelf.put("b.txt", text())
    shelf.ingest()
    shelf.put("a.txt", text(1))
    shelf.ingest()
    assert (shelf.ids(), shelf.catalogue.duplicates("a")) == (["a"], ["b"])


@pytest.mark.parametrize("name", ["aa", "zz"])
def test_an_old_text_that_moves_to_another_file_while_its_own_changes_is_kept(shelf: Shelf, name: str) -> None:
    shelf.put("report.txt", text())
    shelf.ingest()
    shelf.put("report.txt", text(figure="28.9%"))
    shelf.put(f"{name}.txt", text())
    assert counts(shelf.ingest()) == (1, 1, 0, 0)
    assert shelf.ids() == sorted(["report", name])
    assert (shelf.by_keywords("31.4%"), shelf.by_keywords("28.9%")) == ([f"{name}@1"], ["report@2"])


def test_a_copy_that_changes_stands_for_itself_and_back(shelf: Shelf) -> None:
    shelf.put("a.txt", text())
    shelf.put("b.txt", text())
    shelf.ingest()
    shelf.put("b.txt", text(figure="28.9%"))
    assert counts(shelf.ingest()) == (0, 1, 1, 0)
    assert (shelf.ids(), shelf.by_keywords("28.9%")) == (["a", "b"], ["b@2"])
    shelf.put("b.txt", text())
    report = shelf.ingest()
    assert (counts(report), report.duplicates, shelf.ids()) == ((0, 1, 1, 0), 1, ["a"])
    assert (shelf.find("28.9%"), shelf.in_chroma()) == ([], shelf.catalogue.counts()[1])


def test_new_groups_part_a_copy_from_its_original(shelf: Shelf) -> None:
    one, two = {"id": "one", "text": text()}, {"id": "two", "text": text()}
    shelf.records("all.jsonl", one, two)
    shelf.ingest()
    shelf.records("all.jsonl", {**one, "groups": ["hr"]}, two)
    shelf.ingest()
    assert (shelf.find("northern warehouses"), shelf.find("northern warehouses", "hr")) == (["two@1"], ["one@2"])


def test_a_copy_that_is_removed_leaves_the_original_alone(shelf: Shelf) -> None:
    shelf.put("a.txt", text())
    copy = shelf.put("b.txt", text())
    shelf.ingest()
    copy.unlink()
    assert shelf.ingest().removed == 1
    assert (shelf.ids(), shelf.catalogue.listed()[0].also_at) == (["a"], ())


def test_copies_whose_original_went_before_a_kill_are_taken_up_by_the_next_run(shelf: Shelf) -> None:
    original = shelf.put("a.txt", text())
    shelf.put("b.txt", text())
    shelf.put("c.txt", text())
    shelf.ingest()
    original.unlink()
    # What a run does first; it was killed before it came to the copies.
    assert shelf.catalogue.remove("a")
    assert shelf.catalogue.orphans() == [("b", "a")]
    assert shelf.find("northern warehouses") == []
    report = shelf.ingest()
    assert (counts(report), shelf.ids(), shelf.catalogue.duplicates("b")) == ((0, 0, 2, 0), ["b"], ["c"])
    assert shelf.find("northern warehouses") == ["b@1"]


def test_signatures_that_were_kept_meet_those_of_another_process(shelf: Shelf) -> None:
    """They are kept in the catalogue: another order of words in a set must not change them."""
    shelf.put("a.txt", text())
    shelf.ingest()
    code = "import sys; from ingest.dedupe import bands_of; print(*bands_of(sys.argv[1]))"
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    done = subprocess.run([sys.executable, "-c", code, text()], capture_output=True, text=True, env=environment)
    with sqlite3.connect(shelf.settings.data / "catalogue.db") as raw:
        kept = {row[0] for row in raw.execute("SELECT band FROM likenesses WHERE article_id = 'a'")}
    assert kept == set(done.stdout.split())
    assert len(kept) == 13


def test_articles_made_of_one_pattern_are_all_kept(shelf: Shelf) -> None:
    for name in NAMES:
        shelf.put(f"{name}.txt", f"{name} is quarried in the north. {name} is sold in the south.")
    assert (shelf.ingest().duplicates, len(shelf.ids())) == (0, len(NAMES))

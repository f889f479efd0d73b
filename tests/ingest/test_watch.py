import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ingest.errors import FootnoteError
from ingest.index import open_index
from ingest.index.owner import Owner
from ingest.job import Job
from ingest.settings import EmbeddingSettings, IngestSettings, WebSettings
from ingest.sources.listed import ListedSource, named, source_of
from ingest.watch import changes, watch
from tests.fakes.web import Reply, site

TRAVEL = "The manager approves every travel request within two working days."
BOARD = "The board approves every travel request within two working days."
LEAVE = "Employees have fifteen days of annual leave after six years."


class Kept:
    """A data folder that is kept in step by real runs."""

    def __init__(self, data: Path) -> None:
        self.settings = IngestSettings(
            data=data,
            embedding=EmbeddingSettings(provider="hashing"),
            web=WebSettings(allow_private_addresses=True, pace=0),
        )
        self.index = open_index(self.settings, create=True)
        self.told: list[str] = []
        self.runs: list[list[str]] = []

    def run(self, listed: list[ListedSource]) -> dict[str, object]:
        self.runs.append([one.key for one in listed])
        with Owner(self.settings.data, "footnote ingest"):
            return Job(self.index, self.settings).run(source_of(one, self.settings) for one in listed).as_json()

    @contextmanager
    def watching(self, listed: list[ListedSource]) -> Iterator[None]:
        stop, failed = threading.Event(), []

        def keep() -> None:
            try:
                watch(
                    listed,
                    self.run,
                    stop,
                    self.index.catalogue,
                    self.told.append,
                    quiet=0.05,
                    look=0.1,
                    pause=0.3,
                )
            except FootnoteError as error:
                failed.append(error)

        thread = threading.Thread(target=keep)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(10)
        assert not thread.is_alive()
        assert not failed

    def texts(self) -> set[str]:
        """What can be found now."""
        catalogue = self.index.catalogue
        found = (catalogue.article(one.id) for one in catalogue.listed())
        return {article.text for article in found if article is not None}

    def waits_for(self, texts: set[str]) -> None:
        until(lambda: self.texts() == texts, lambda: f"{self.texts()} is not {texts}; {self.told}")

    def settle(self) -> None:
        """Wait until nothing has run for a while."""
        seen = -1
        while seen != len(self.runs):
            seen = len(self.runs)
            time.sleep(0.6)


def until(condition: Callable[[], bool], otherwise: Callable[[], str] = lambda: "it did not happen") -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, otherwise()
        time.sleep(0.02)


def put(file: Path, text: str) -> None:
    """All of the text at once: a file that is read while it is written is told to be empty."""
    hidden = file.with_name(f".{file.name}")
    hidden.write_text(text)
    hidden.replace(file)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "data")


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "travel.md").write_text(TRAVEL)
    return folder


def test_what_is_there_comes_first_and_then_every_change(kept: Kept, handbook: Path) -> None:
    with kept.watching([named(str(handbook))]):
        kept.waits_for({TRAVEL})
        put(handbook / "travel.md", BOARD)
        kept.waits_for({BOARD})
        (handbook / "people").mkdir()
        put(handbook / "people" / "leave.md", LEAVE)
        kept.waits_for({BOARD, LEAVE})
        (handbook / "travel.md").unlink()
        kept.waits_for({LEAVE})
    assert not kept.told


def test_only_the_source_that_changed_is_read(kept: Kept, handbook: Path, tmp_path: Path) -> None:
    other = tmp_path / "handbook-old"
    other.mkdir()
    (other / "leave.md").write_text(LEAVE)
    with kept.watching([named(str(handbook)), named(str(other))]):
        kept.waits_for({TRAVEL, LEAVE})
        kept.settle()
        put(other / "leave.md", LEAVE.upper())
        kept.waits_for({TRAVEL, LEAVE.upper()})
        kept.settle()
    assert kept.runs[0] == [str(handbook), str(other)]
    assert {tuple(run) for run in kept.runs[1:]} == {(str(other),)}


def test_changes_that_come_together_are_one_run(kept: Kept, handbook: Path) -> None:
    with kept.watching([named(str(handbook))]):
        kept.waits_for({TRAVEL})
        kept.settle()
        before = len(kept.runs)
        texts = {f"{LEAVE} This is rule {n} of them." for n in range(30)}
        for n, text in enumerate(sorted(texts)):
            put(handbook / f"rule-{n}.md", text)
        until(lambda: len(kept.runs) > before)
        kept.settle()
    assert len(kept.runs) - before <= 2  # two where the machine stood still in between
    assert kept.index.catalogue.counts()[0] == 31


def test_a_folder_that_goes_removes_nothing_and_is_read_when_it_is_back(kept: Kept, handbook: Path) -> None:
    with kept.watching([named(str(handbook))]):
        kept.waits_for({TRAVEL})
        kept.settle()
        handbook.rename(handbook.with_name("away"))
        until(lambda: bool(kept.told))
        kept.settle()
        assert kept.texts() == {TRAVEL}
        put(handbook.with_name("away") / "leave.md", LEAVE)
        handbook.with_name("away").rename(handbook)
        kept.waits_for({TRAVEL, LEAVE})
        put(handbook / "travel.md", BOARD)
        kept.waits_for({BOARD, LEAVE})
    assert kept.told == [f"{handbook} does not exist: check the path."]


def test_a_folder_that_is_not_there_yet_is_waited_for(kept: Kept, tmp_path: Path) -> None:
    late = tmp_path / "late"
    with kept.watching([ListedSource("folder", str(late))]):
        until(lambda: bool(kept.told))
        late.mkdir()
        put(late / "leave.md", LEAVE)
        kept.waits_for({LEAVE})
    assert kept.told[0] == f"{late} does not exist: check the path."


def test_a_folder_that_is_another_under_its_old_name_is_read(kept: Kept, handbook: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "travel.md").write_text(BOARD)
    (tmp_path / "current").symlink_to("handbook")
    with kept.watching([named(str(tmp_path / "current"))]):
        kept.waits_for({TRAVEL})
        kept.settle()
        (tmp_path / "next").symlink_to("new")
        (tmp_path / "next").replace(tmp_path / "current")
        kept.waits_for({BOARD})


def test_a_file_that_an_editor_replaces_is_read_each_time(kept: Kept, tmp_path: Path) -> None:
    file = tmp_path / "travel.md"
    file.write_text(TRAVEL)
    with kept.watching([named(str(file))]):
        kept.waits_for({TRAVEL})
        for text in (BOARD, LEAVE, TRAVEL):
            put(tmp_path / "travel.md~", text)
            (tmp_path / "travel.md~").replace(file)
            kept.waits_for({text})


def test_a_run_that_fails_is_told_and_tried_again(kept: Kept, handbook: Path) -> None:
    with Owner(kept.settings.data, "footnote serve"), kept.watching([named(str(handbook))]):
        until(lambda: len(kept.runs) > 2)
    assert len(kept.told) == 1
    assert "is in use by footnote serve" in kept.told[0]
    assert not kept.texts()
    kept.runs.clear()
    lock = Owner(kept.settings.data, "footnote serve").__enter__()
    with kept.watching([named(str(handbook))]):
        until(lambda: bool(kept.runs))
        lock.__exit__(None, None, None)
        kept.waits_for({TRAVEL})


def test_a_file_that_cannot_be_read_is_told_once_and_stops_nothing(kept: Kept, handbook: Path) -> None:
    (handbook / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    with kept.watching([named(str(handbook))]):
        until(lambda: len(kept.runs) > 2)
        put(handbook / "leave.md", LEAVE)
        kept.waits_for({TRAVEL, LEAVE})
        kept.runs.clear()
        (handbook / "broken.pdf").unlink()
        until(lambda: bool(kept.runs))
        kept.settle()
    assert [said for said in kept.told if "broken.pdf" in said] == kept.told
    assert len(kept.told) == 1


def test_the_index_inside_a_watched_folder_starts_no_run(handbook: Path) -> None:
    kept = Kept(handbook / "data")
    with kept.watching([named(str(handbook))]):
        kept.waits_for({TRAVEL})
        kept.settle()
    assert len(kept.runs) <= 2


def test_hidden_files_start_no_run(kept: Kept, handbook: Path) -> None:
    with kept.watching([named(str(handbook))]):
        kept.waits_for({TRAVEL})
        kept.settle()
        before = len(kept.runs)
        put(handbook / ".travel.md.swp", "half a")
        kept.settle()
        assert len(kept.runs) == before


def test_a_page_is_read_again_when_it_is_due(kept: Kept) -> None:
    with site() as server:
        server.pages["/robots.txt"] = Reply(status=404)
        server.pages["/travel"] = Reply(f"<html><body><article><p>{TRAVEL}</p></article></body></html>".encode())
        url = f"http://127.0.0.1:{server.port}/travel"
        with kept.watching([ListedSource("page", url, every=1)]):
            kept.waits_for({TRAVEL})
            server.pages["/travel"] = Reply(f"<html><body><article><p>{BOARD}</p></article></body></html>".encode())
            kept.waits_for({BOARD})
        kept.runs.clear()
        with kept.watching([ListedSource("page", url)]):
            kept.settle()
    assert not kept.runs  # it has no schedule, and was read


def test_a_folder_with_a_schedule_is_read_without_a_change(kept: Kept, handbook: Path) -> None:
    with kept.watching([ListedSource("folder", str(handbook), every=1)]):
        until(lambda: len(kept.runs) > 2)
    assert kept.texts() == {TRAVEL}


def test_watching_nothing_on_disk_ends_when_it_is_told_to() -> None:
    stop, seen = threading.Event(), []
    for changed in changes([], stop, Path("data"), look=0.05):
        seen.append(changed)
        if len(seen) == 3:
            stop.set()
    assert seen == [set(), set(), set()]


def test_changes_while_nobody_listens_are_not_lost(tmp_path: Path) -> None:
    handbook, other = tmp_path / "handbook", tmp_path / "other"
    handbook.mkdir()
    stop = threading.Event()
    noticed = changes([str(handbook), str(other)], stop, tmp_path / "data", quiet=0.05, look=0.1)
    assert next(noticed) == {str(handbook)}
    (handbook / "travel.md").write_text(TRAVEL)
    time.sleep(0.3)
    assert next(noticed) == {str(handbook)}
    other.mkdir()
    seen: set[str] = set()
    until(lambda: bool(seen.update(next(noticed))) or str(other) in seen)
    shutil.rmtree(handbook)
    seen.clear()
    until(lambda: bool(seen.update(next(noticed))) or str(handbook) in seen)
    stop.set()
    assert list(noticed) == []

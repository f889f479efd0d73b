from pathlib import Path

from ingest.index import Catalogue

BEFORE, LATER = "2026-03-01T08:00:00+00:00", "2026-03-02T08:00:00+00:00"


def test_the_last_run_of_a_source_is_the_last_that_took_it_in(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "data", create=True)
    assert catalogue.last_run("/articles") is None
    catalogue.record_run(BEFORE, {"added": 2}, ("/articles", "/minutes"))
    catalogue.record_run(LATER, {"added": 0}, ("/minutes",))
    catalogue.record_run(LATER, {"removed": 1})
    assert catalogue.last_run("/articles") == BEFORE
    assert catalogue.last_run("/minutes") == LATER
    assert catalogue.last_run("/article") is None


def test_runs_outlive_the_process(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "data", create=True)
    catalogue.record_run(BEFORE, {}, ("https://handbook.example/'1\"?q=é",))
    catalogue.close()
    assert Catalogue(tmp_path / "data").last_run("https://handbook.example/'1\"?q=é") == BEFORE


def test_the_run_that_ended_last_counts_whatever_the_clock_said(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "data", create=True)
    catalogue.record_run(LATER, {}, ("/articles",))
    catalogue.record_run(BEFORE, {}, ("/articles",))
    assert catalogue.last_run("/articles") == BEFORE

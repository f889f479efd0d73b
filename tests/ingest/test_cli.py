import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from service.cli import app


@pytest.fixture(autouse=True)
def quick_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_EMBEDDING__PROVIDER", "hashing")


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "travel.txt").write_text("The manager approves travel.")
    (folder / "年假.md").write_text("# 年假\n\n员工有十五天年假。", "utf-8")
    return folder


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def ran(*words: object) -> Any:
    result = run(*words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_ingest_says_what_it_did(articles: Path) -> None:
    result = run("ingest", articles)
    assert result.exit_code == 0
    assert result.stdout.startswith("2 added, 0 changed, 0 unchanged, 0 removed; 2 chunks in ")
    assert run("ingest", articles).stdout.startswith("0 added, 0 changed, 2 unchanged, 0 removed; 0 chunks in ")
    assert Path("data/catalogue.db").is_file()


def test_ingest_as_json_has_every_count(articles: Path, tmp_path: Path) -> None:
    report = ran("ingest", articles, "--data", tmp_path / "index")
    assert report.pop("seconds") >= 0
    assert report == {
        "added": 2,
        "changed": 0,
        "unchanged": 0,
        "removed": 0,
        "failed": [],
        "chunks": 2,
        "waiting": 0,
        "generation": 1,
    }


def test_a_failure_is_told_with_its_path_the_rest_goes_in_and_the_exit_code_says_so(articles: Path) -> None:
    (articles / "b").mkdir()
    for name in ("empty.txt", "b/empty.txt"):
        (articles / name).write_text("")
    result = run("ingest", articles)
    assert result.exit_code == 1
    assert result.stdout.startswith("2 added")
    assert result.stderr.count("failed: empty.txt is empty: there is nothing to index.\n") == 2
    for name in ("empty.txt", "b/empty.txt"):
        assert f"    {articles / name}\n" in result.stderr
    failed = json.loads(run("ingest", articles, "--json").stdout)["failed"]
    assert [set(one) for one in failed] == [{"source", "error"}] * 2


def test_articles_are_listed_shown_and_removed(articles: Path) -> None:
    ran("ingest", articles, "--group", "staff", "--group", "board")
    assert run("articles", "list").stdout.startswith(
        "travel\n    travel\n    en · 1 chunks\n年假\n    年假\n    zh · 1 chunks"
    )
    listed = ran("articles", "list")["articles"]
    assert [(a["id"], a["groups"], a["chunks"], a["waiting"]) for a in listed] == [
        ("travel", ["staff", "board"], 1, 0),
        ("年假", ["staff", "board"], 1, 0),
    ]
    shown = run("articles", "show", "travel").stdout
    assert "groups: staff, board\n\nThe manager approves travel." in shown
    assert ran("articles", "show", "年假")["text"] == "员工有十五天年假。"
    assert ran("articles", "remove", "travel")["removed"] == 1
    assert [a["id"] for a in ran("articles", "list")["articles"]] == ["年假"]


@pytest.mark.parametrize("command", [("show",), ("remove",)])
def test_an_unknown_article_is_named(articles: Path, command: tuple[str, ...]) -> None:
    ran("ingest", articles)
    result = run("articles", *command, "nothing")
    assert result.exit_code == 1
    assert "There is no article 'nothing': see `footnote articles list`." in result.stderr


@pytest.mark.parametrize("command", [("list",), ("show", "a")])
def test_reading_without_an_index_says_how_to_make_one(command: tuple[str, ...]) -> None:
    result = run("articles", *command)
    assert result.exit_code == 1
    assert result.stderr == (
        "footnote: There is no index in data: run `footnote ingest PATH` first, or name another --data.\n"
    )
    assert not Path("data").exists()


@pytest.mark.parametrize(
    "words", [("ingest",), ("ingest", "x", "--group", ""), ("ingest", "x", "--nope"), ("articles", "x")]
)
def test_wrong_usage_ends_with_exit_code_2(words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2
    assert not Path("data").exists()


def test_a_setting_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, articles: Path) -> None:
    monkeypatch.setenv("FOOTNOTE_CHUNK__SIZE", "1")
    result = run("ingest", articles)
    assert result.exit_code == 1
    assert result.stderr.startswith("footnote: FOOTNOTE_CHUNK__SIZE: Input should be greater than or equal to 200")

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ingest.index.owner import Owner
from service.cli import app
from tests.fakes.embedding_endpoint import Fails, serving


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
        "duplicates": 0,
        "failed": [],
        "chunks": 2,
        "waiting": 0,
        "set_aside": 0,
        "generation": 1,
        "notes": [],
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
    assert "groups: staff, board\nstate: chunks embedded: 1\n\nThe manager approves travel." in shown
    as_json = ran("articles", "show", "年假")
    assert (as_json["text"], as_json["state"]) == ("员工有十五天年假。", "chunks embedded: 1")
    assert as_json["failures"] == []
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
    "words",
    [
        ("ingest", "x", "--group", ""),
        ("ingest", "x", "--nope"),
        ("ingest", "x", "--watch", "--plan"),
        ("ingest", "x", "--watch", "--json"),
        ("articles", "x"),
        ("generations", "drop"),
        ("generations", "flip", "two"),
    ],
)
def test_wrong_usage_ends_with_exit_code_2(words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2
    assert not Path("data").exists()


def test_a_setting_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, articles: Path) -> None:
    monkeypatch.setenv("FOOTNOTE_CHUNK__SIZE", "1")
    result = run("ingest", articles)
    assert result.exit_code == 1
    assert result.stderr.startswith("footnote: FOOTNOTE_CHUNK__SIZE: Input should be greater than or equal to 200")


def test_without_a_source_and_without_a_list_of_them_nothing_is_made() -> None:
    result = run("ingest")
    assert result.exit_code == 2
    assert "name files, folders or addresses" in result.stderr
    assert not Path("data").exists()


def test_sources_of_the_list_are_taken_in(articles: Path) -> None:
    Path("sources.toml").write_text(f'[[source]]\nfolder = "{articles}"\ngroups = ["staff"]\n')
    assert ran("ingest")["added"] == 2
    assert [a["groups"] for a in ran("articles", "list")["articles"]] == [["staff"], ["staff"]]


def test_what_is_gone_is_removed_and_too_much_is_refused(articles: Path) -> None:
    for n in range(12):
        (articles / f"a{n}.txt").write_text(f"Article number {n} about a zeppelin.")
    ran("ingest", articles)
    (articles / "a0.txt").unlink()
    assert ran("ingest", articles)["removed"] == 1
    for n in range(1, 12):
        (articles / f"a{n}.txt").unlink()
    result = run("ingest", articles)
    assert result.exit_code == 1
    assert f"failed: {articles} no longer has 11 of its 13 articles." in result.stderr
    assert "--allow-removals" in result.stderr
    assert len(ran("articles", "list")["articles"]) == 13
    assert ran("ingest", articles, "--allow-removals")["removed"] == 11


def test_copies_are_told_of_and_listed_with_their_original(articles: Path) -> None:
    (articles / "travel-too.txt").write_text("The manager approves travel.")
    result = run("ingest", articles)
    assert "1 say what another article says and are kept as its further addresses." in result.stdout
    assert f"    also at {articles}/travel.txt\n" in run("articles", "list").stdout


def test_a_plan_says_what_a_run_then_does_and_makes_nothing(articles: Path) -> None:
    result = run("ingest", articles, "--plan")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "added: travel",
        "added: 年假",
        "2 to add, 0 to change, 0 unchanged, 0 to remove; 2 chunks of about 20 tokens to embed, cost about $0.00",
        "Nothing was written.",
    ]
    assert not Path("data").exists()
    planned, report = ran("ingest", articles, "--plan"), ran("ingest", articles)
    assert (len(planned["added"]), planned["chunks"]) == (report["added"], report["chunks"]) == (2, 2)


def test_a_plan_leaves_the_data_folder_byte_for_byte(articles: Path) -> None:
    def command(*words: object) -> str:
        code = "from service.cli import main; main()"
        done = subprocess.run([sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def files() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in Path("data").rglob("*") if path.is_file()}

    command("ingest", articles)
    (articles / "new.txt").write_text("Something new.")
    (articles / "travel.txt").unlink()
    before = files()
    assert "1 to add, 0 to change, 1 unchanged, 1 to remove; 1 chunks" in command("ingest", articles, "--plan")
    assert files() == before
    assert "data/catalogue.db" in before


def test_without_an_embedder_a_plan_has_nothing_to_embed(articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_EMBEDDING__PROVIDER", "none")
    assert ran("ingest", articles, "--plan")["chunks"] == 0
    ran("ingest", articles)
    (articles / "new.txt").write_text("Something new.")
    planned = ran("ingest", articles, "--plan")
    assert (planned["added"], planned["chunks"]) == (["new"], 0)


def test_generations_are_built_flipped_to_rolled_back_and_dropped(
    articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran("ingest", articles)
    monkeypatch.setenv("FOOTNOTE_EMBEDDING__DIMENSIONS", "64")
    refused = run("ingest", articles)
    assert refused.exit_code == 1
    assert "was embedded with hashing-384, but hashing-64 is configured. Run `footnote generations build`" in (
        refused.stderr
    )
    built = run("generations", "build")
    assert built.stdout == (
        "Generation 2 (hashing-64) is complete and verified: `footnote generations flip` lets it serve.\n"
    )
    assert [(g["id"], g["state"]) for g in ran("generations", "list")["generations"]] == [
        (1, "serving"),
        (2, "building"),
    ]
    assert run("generations", "flip").stdout == "Generation 2 (hashing-64) serves now.\n"
    assert ran("ingest", articles)["unchanged"] == 2
    assert run("generations", "rollback").stdout == "Generation 1 (hashing-384) serves again.\n"
    assert run("generations", "drop", 2).stdout == "Generation 2 is gone.\n"
    listed = run("generations", "list").stdout
    assert listed.startswith("1 serving: hashing-384, 384 dimensions, chunker ")
    assert listed.count("\n") == 1
    again = run("generations", "build", "--flip")
    assert again.stdout == "Generation 2 (hashing-64) serves now.\n"
    refused = run("generations", "drop", 2)
    assert (refused.exit_code, refused.stderr) == (
        1,
        "footnote: Generation 2 serves: flip to another one first.\n",
    )


def test_what_the_model_refuses_is_listed_and_tried_again(articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as endpoint:
        for name, value in (("PROVIDER", "openai"), ("BASE_URL", endpoint.url), ("DIMENSIONS", "64"), ("MODEL", "m")):
            monkeypatch.setenv(f"FOOTNOTE_EMBEDDING__{name}", value)
        monkeypatch.setenv("FOOTNOTE_EMBEDDING__API_KEY", "key")
        endpoint.decide = lambda texts: Fails(400) if any("travel" in text for text in texts) else None
        result = run("ingest", articles)
        assert result.exit_code == 0
        assert "1 chunks are set aside: `footnote articles failures` says why." in result.stdout
        assert run("articles", "failures").stdout.startswith("travel:1:0 set aside: The embeddings endpoint refuse")
        assert "state: chunks set aside: 1\ntravel:1:0 set aside: " in run("articles", "show", "travel").stdout
        assert "1 set aside" in run("articles", "list").stdout
        endpoint.reset()
        assert ran("articles", "retry", "travel")["chunks"] == 1
        assert run("articles", "failures").stdout == "No chunk failed.\n"


def test_a_folder_that_another_process_has_is_left_to_it(articles: Path) -> None:
    ran("ingest", articles)
    with Owner(Path("data"), "footnote ingest"):
        for words in (("ingest", articles), ("articles", "remove", "travel"), ("generations", "build")):
            result = run(*words)
            assert result.exit_code == 1
            assert "The data folder data is in use by footnote ingest (process " in result.stderr
        assert len(ran("articles", "list")["articles"]) == 2
        assert ran("ingest", articles, "--plan")["unchanged"] == 2

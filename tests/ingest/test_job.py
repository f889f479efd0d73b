import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.errors import IndexUnavailable
from ingest.index import open_index
from ingest.job import Job, sources_of
from ingest.settings import EmbeddingSettings, IngestSettings
from tests.fakes.embedding_endpoint import Endpoint, Fails, serving
from tests.fakes.embeddings_server import Embeds, FakeEmbeddings, Refuses, running
from tests.fakes.shelf import Shelf, counts


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


@pytest.fixture
def endpoint() -> Iterator[FakeEmbeddings]:
    with running() as fake:
        yield fake


def test_files_go_in_and_unchanged_ones_are_skipped(shelf: Shelf) -> None:
    shelf.put("travel.txt", "The manager approves travel.")
    shelf.put("leave.md", "# Leave\n\nEmployees have fifteen days of leave.")
    first = shelf.ingest()
    assert (counts(first), first.chunks, first.waiting, first.generation) == ((2, 0, 0, 0), 2, 0, 1)
    again = shelf.ingest()
    assert (counts(again), again.chunks) == ((0, 0, 2, 0), 0)
    os.utime(shelf.articles / "travel.txt")
    assert counts(shelf.ingest()) == (0, 0, 2, 0)


def test_a_changed_file_replaces_its_article_in_both_searches(shelf: Shelf) -> None:
    shelf.put("travel.txt", "The manager approves travel by zeppelin.")
    shelf.ingest()
    shelf.put("travel.txt", "The board approves journeys by train.")
    assert counts(shelf.ingest()) == (0, 1, 0, 0)
    assert shelf.find("zeppelin") == []
    assert shelf.find("train") == ["travel@2"]
    assert shelf.in_chroma() == 1
    old = shelf.index.catalogue.article("travel", 1)
    assert old is not None
    assert "zeppelin" in old.text


def test_every_chunk_is_where_it_says_it_is(shelf: Shelf) -> None:
    shelf.put(
        "mixed.md", "# 手册\n\n## 退货\n\n" + "退货率达到 31.4%。" * 200 + "\n\n## Leave 🙂\n\n" + "Take leave. " * 300
    )
    shelf.records("ready.jsonl", {"id": "r", "text": "  Spaced\u3000text.\r\n\r\nＷｉｄｅ “text” é e\u0301. " * 50})
    assert counts(shelf.ingest()) == (2, 0, 0, 0)
    for listed in shelf.index.catalogue.listed():
        ids = [f"{listed.id}:1:{n}" for n in range(listed.chunks)]
        seen = shelf.index.catalogue.visible(ids, ["public"])
        assert len(seen) == listed.chunks > 1
        assert all(article.text[c.start : c.end] == c.text for c, article in seen.values())


def test_a_source_keeps_its_id_and_files_of_one_name_have_different_ones(shelf: Shelf) -> None:
    shelf.put("a/notes.txt", "Apples are red.")
    shelf.put("b/notes.txt", "Bananas are yellow.")
    shelf.ingest()
    ids = {a.uri: a.id for a in shelf.index.catalogue.listed()}
    assert len(set(ids.values())) == 2
    assert ids[str(shelf.articles / "a/notes.txt")] == "notes"
    shelf.put("b/notes.txt", "Bananas are green.")
    shelf.put("c/notes.txt", "Cherries are red.")
    assert counts(shelf.ingest(shelf.articles / "b", shelf.articles)) == (1, 1, 2, 0)
    after = {a.uri: a.id for a in shelf.index.catalogue.listed()}
    assert ids.items() <= after.items()
    assert len(set(after.values())) == 3


def test_groups_are_the_commands_or_the_articles_or_public(shelf: Shelf) -> None:
    shelf.records(
        "all.jsonl",
        {"id": "pay", "text": "Salaries rise in March.", "groups": ["hr", "board"]},
        {"id": "menu", "text": "Lunch prices rise in March."},
    )
    shelf.ingest()
    assert [shelf.find("March", *g) for g in (("public",), ("hr",), ("hr", "public"), ("sales",))] == [
        ["menu@1"],
        ["pay@1"],
        ["menu@1", "pay@1"],
        [],
    ]
    assert counts(shelf.ingest(groups=("sales",))) == (0, 2, 0, 0)
    assert shelf.find("March", "hr", "public") == []
    assert shelf.find("March", "sales") == ["menu@2", "pay@2"]


def test_a_removed_article_leaves_both_searches_and_its_versions_open(shelf: Shelf) -> None:
    shelf.put("travel.txt", "The manager approves travel.")
    shelf.put("leave.txt", "Employees have fifteen days of leave.")
    shelf.ingest()
    report = Job(shelf.index, shelf.settings).remove(["travel", "travel", "nothing"])
    assert report.removed == 1
    assert [f.error for f in report.failed] == ["There is no article 'nothing': see `footnote articles list`."]
    assert (shelf.find("travel manager"), shelf.in_chroma()) == ([], 1)
    assert shelf.index.catalogue.article("travel", 1) is not None
    assert counts(shelf.ingest()) == (1, 0, 1, 0)
    assert shelf.find("travel manager") == ["travel@2"]


@pytest.mark.parametrize("status", [500, 401, 429])
def test_the_old_version_answers_while_the_new_one_cannot_be_embedded(
    tmp_path: Path, endpoint: FakeEmbeddings, status: int
) -> None:
    shelf = Shelf(tmp_path, provider="openai", base_url=endpoint.url, model="m")
    shelf.put("travel.txt", "The manager approves travel by zeppelin.")
    assert counts(shelf.ingest()) == (1, 0, 0, 0)
    shelf.put("travel.txt", "The board approves travel by zeppelin.")
    shelf.put("new.txt", "A zeppelin is new.")
    index = shelf.index
    endpoint.will(Refuses(status))
    report = Job(index, shelf.settings).run(sources_of([shelf.articles]))
    assert counts(report) == (1, 1, 0, 1)
    assert report.waiting == 2
    assert "embeddings endpoint" in report.failed[0].error
    hits = index.catalogue.keyword_search(["zeppelin"], ["public"], 10)
    assert {h.chunk_id for h in hits} == {"travel:1:0", "new:1:0"}
    endpoint.will(Embeds())
    done = shelf.ingest()
    assert (counts(done), done.chunks, done.waiting) == ((0, 0, 2, 0), 2, 0)
    assert index.catalogue.serving("travel") == 2
    texts = [text for r in endpoint.requests for text in r["input"] if isinstance(r["input"], list)]
    assert sum("board" in text for text in texts) >= 1
    assert shelf.in_chroma() == 2


@pytest.fixture
def choosy() -> Iterator[Endpoint]:
    """An endpoint that refuses every request with the word poison in it."""
    with serving() as endpoint:
        endpoint.decide = lambda texts: Fails(400) if any("poison" in text for text in texts) else None
        yield endpoint


def test_a_text_that_the_model_refuses_is_set_aside_alone_and_can_be_tried_again(
    tmp_path: Path, choosy: Endpoint
) -> None:
    shelf = Shelf(tmp_path, provider="openai", base_url=choosy.url, model="m", dimensions=64, api_key="k")
    shelf.records("all.jsonl", *({"id": f"a{n}", "text": f"Number {n} is here."} for n in range(9)))
    shelf.put("bad.txt", "The poison is here.")
    report = shelf.ingest()
    assert (counts(report), report.chunks, report.set_aside, report.waiting) == ((10, 0, 0, 0), 9, 1, 0)
    assert (shelf.in_chroma(), shelf.by_keywords("poison")) == (9, ["bad@1"])
    (failure,) = shelf.catalogue.failures()
    assert (failure.chunk_id, failure.state) == ("bad:1:0", "failed")
    assert "The embeddings endpoint refuse" in failure.error
    assert shelf.catalogue.listed(after="a8")[0].failed == 1
    asked = choosy.asked.copy()
    again = shelf.ingest()
    assert (choosy.asked, again.set_aside, again.waiting) == (asked, 1, 0)
    choosy.reset()
    assert shelf.catalogue.retry(["a0", "a1"]) == 0
    assert shelf.catalogue.retry(["bad"]) == 1
    done = Job(shelf.index, shelf.settings).catch_up()
    assert (done.chunks, done.set_aside, shelf.in_chroma()) == (1, 0, 10)
    assert (list(choosy.asked), shelf.catalogue.failures()) == ([("m", "bad\nThe poison is here.")], [])


def test_a_changed_article_with_a_refused_chunk_is_served_in_its_new_version(tmp_path: Path, choosy: Endpoint) -> None:
    shelf = Shelf(tmp_path, provider="openai", base_url=choosy.url, model="m", dimensions=64, api_key="k")
    shelf.put("travel.txt", "The manager approves travel by zeppelin.")
    shelf.ingest()
    shelf.put("travel.txt", "The board approves poison by train.")
    report = shelf.ingest()
    assert (counts(report), report.set_aside) == ((0, 1, 0, 0), 1)
    assert (shelf.find("train"), shelf.find("zeppelin"), shelf.in_chroma()) == (["travel@2"], [], 0)


def test_a_text_that_was_embedded_once_is_never_sent_again(tmp_path: Path, endpoint: FakeEmbeddings) -> None:
    shelf = Shelf(tmp_path, provider="openai", base_url=endpoint.url, model="m", dimensions=8)
    for text in ("One way.", "Another way.", "One way."):
        shelf.put("travel.txt", text)
        shelf.ingest()
    Job(shelf.index, shelf.settings).remove(["travel"])
    shelf.ingest()
    assert [text for r in endpoint.requests for text in r["input"]] == ["travel\nOne way.", "travel\nAnother way."]
    assert shelf.index.catalogue.serving("travel") == 4


KILLED = """
import sys
from pathlib import Path
from ingest.index import open_index
from ingest.job import Job, sources_of
from ingest.settings import EmbeddingSettings, IngestSettings
settings = IngestSettings.load(data=Path(sys.argv[2]))
Job(open_index(settings, create=True), settings).run(sources_of([Path(sys.argv[1])]))
"""


def test_a_killed_run_is_carried_on_and_nothing_is_embedded_twice(tmp_path: Path, endpoint: FakeEmbeddings) -> None:
    embedding = {"provider": "openai", "base_url": endpoint.url, "model": "m", "dimensions": 8, "batch": 2}
    shelf = Shelf(tmp_path, **embedding)
    shelf.records("all.jsonl", *({"id": f"a{n}", "text": f"Number {n} is here."} for n in range(100)))
    environment = {f"FOOTNOTE_EMBEDDING__{k.upper()}": str(v) for k, v in embedding.items()}
    command = [sys.executable, "-c", KILLED, str(shelf.articles), str(shelf.settings.data)]
    with subprocess.Popen(command, env={**os.environ, **environment}) as run:
        while len(endpoint.requests) < 12:
            assert run.poll() is None
            time.sleep(0.002)
        run.send_signal(signal.SIGKILL)
    assert run.returncode == -signal.SIGKILL
    report = shelf.ingest()
    assert report.failed == []
    assert report.waiting == 0
    texts = [text for r in endpoint.requests for text in r["input"]]
    # The call that the kill interrupts was answered and its answer lost: one batch, two texts.
    assert len(set(texts)) == 100
    assert len(texts) - 100 <= 2
    assert shelf.in_chroma() == 100
    assert len(shelf.index.catalogue.listed()) == 100
    assert {a.waiting for a in shelf.index.catalogue.listed()} == {0}


def test_without_an_embedder_keywords_alone_serve_the_newest_and_vectors_come_with_a_build(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, provider="none")
    shelf.put("travel.txt", "The manager approves travel.")
    assert (shelf.ingest().waiting, shelf.find("travel")) == (0, ["travel@1"])
    shelf.put("travel.txt", "The board approves travel.")
    shelf.ingest()
    assert (shelf.find("travel"), shelf.in_chroma()) == (["travel@2"], 0)
    shelf.with_embedding()
    with pytest.raises(IndexUnavailable, match=r"embedded with none, but hashing-384 .* `footnote generations build`"):
        shelf.ingest()
    built = shelf.builder.build()
    assert (built.chunks, shelf.builder.flip().embedder) == (1, "hashing-384")
    report = shelf.ingest()
    assert (counts(report), report.chunks, shelf.in_chroma()) == ((0, 0, 1, 0), 0, 1)
    assert shelf.by_vectors("board approves travel") == ["travel@2"]


def test_vectors_of_what_was_removed_without_an_embedder_leave_chroma_later(shelf: Shelf) -> None:
    shelf.put("travel.txt", "The manager approves travel.")
    shelf.ingest()
    without = IngestSettings(data=shelf.settings.data, embedding={"provider": "none"})
    assert Job(open_index(without), without).remove(["travel"]).failed == []
    (shelf.articles / "travel.txt").unlink()
    shelf.put("leave.txt", "Employees have leave.")
    shelf.ingest()
    assert shelf.in_chroma() == 1


def test_another_embedding_model_is_refused_and_harms_nothing(shelf: Shelf) -> None:
    shelf.put("travel.txt", "The manager approves travel.")
    shelf.ingest()
    other = IngestSettings(data=shelf.settings.data, embedding={"provider": "hashing", "dimensions": 8})
    with pytest.raises(Exception, match=r"was embedded with hashing-384, but hashing-8 is configured"):
        open_index(other, create=True)
    assert shelf.find("travel") == ["travel@1"]


def test_broken_lines_and_ids_that_stand_twice_cost_only_themselves(shelf: Shelf) -> None:
    path = shelf.records("a.jsonl", {"id": "one", "text": "First."}, {"id": "one", "text": "Second."})
    path.write_text(
        path.read_text() + 'nonsense\n{"id": "two", "text": "\\u200b"}\n{"id": "three", "text": "Third."}\n'
    )
    for expected in ((2, 0, 0, 3), (0, 0, 2, 3)):
        report = shelf.ingest()
        assert counts(report) == expected
        assert [f.error.split(": ")[0] for f in report.failed] == [f"a.jsonl, line {n}" for n in (2, 3)] + [
            "a.jsonl, line 4 has no sentence that could be searched"
        ]
    assert "the id 'one' is line 1's already" in report.failed[0].error
    article = shelf.index.catalogue.article("one")
    assert article is not None
    assert article.text == "First."


def test_a_ready_article_cannot_take_the_place_of_a_file(shelf: Shelf) -> None:
    shelf.put("a/live.txt", "The file speaks.")
    shelf.records("b.jsonl", {"id": "live", "text": "The record speaks."})
    report = shelf.ingest()
    assert counts(report) == (1, 0, 0, 1)
    assert f"the id 'live' belongs to {shelf.articles}/a/live.txt already, with another text" in report.failed[0].error
    assert shelf.find("speaks") == ["live@1"]


def test_a_file_beside_a_ready_article_of_its_name_gets_another_id(shelf: Shelf) -> None:
    shelf.records("a.jsonl", {"id": "live", "text": "The record speaks."})
    shelf.put("b/live.txt", "The file speaks.")
    assert counts(shelf.ingest()) == (2, 0, 0, 0)
    assert len(shelf.find("speaks")) == 2


def test_a_ready_file_that_moves_keeps_its_articles(shelf: Shelf) -> None:
    path = shelf.records("a.jsonl", {"id": "one", "text": "First."})
    shelf.ingest()
    path.rename(path.with_name("b.jsonl"))
    assert counts(shelf.ingest()) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("said", "text", "language"),
    [
        ("zh-Hans", "员工有年假。", "zh"),
        ("EN_us", "Employees have leave.", "en"),
        ("de", "Wer zahlt?", "de"),
        ("en", "员工工作满六年后有十五天年假。", "zh"),
        ("zh", "Employees have fifteen days of leave after six years of work for the company.", "en"),
        ("english", "Employees have leave.", "en"),
        (None, "员工有年假。", "zh"),
    ],
)
def test_a_language_is_believed_unless_the_script_says_otherwise(
    shelf: Shelf, said: str | None, text: str, language: str
) -> None:
    shelf.records("a.jsonl", {"id": "one", "text": text, "lang": said})
    shelf.ingest()
    assert [a.language for a in shelf.index.catalogue.listed()] == [language]


def test_a_run_is_recorded(shelf: Shelf) -> None:
    shelf.put("travel.txt", "The manager approves travel.")
    report = shelf.ingest()
    with sqlite3.connect(shelf.settings.data / "catalogue.db") as raw:
        ((recorded,),) = raw.execute("SELECT report FROM runs")
    assert json.loads(recorded) == {**report.as_json(), "sources": [str(shelf.articles)]}
    last = shelf.catalogue.last_run(str(shelf.articles))
    assert last is not None
    assert abs((datetime.now(UTC) - datetime.fromisoformat(last)).total_seconds()) < 60
    assert shelf.catalogue.last_run("/elsewhere") is None


@pytest.mark.slow
def test_time_grows_with_the_number_of_articles_not_with_its_square(tmp_path: Path) -> None:
    seconds = {}
    for number in (500, 4000):
        (tmp_path / str(number)).mkdir()
        shelf = Shelf(tmp_path / str(number), batch=500)
        for edition in ("first", "second"):
            shelf.records("all.jsonl", *({"id": f"a{n}", "text": f"Number {n}, {edition}."} for n in range(number)))
            started = time.perf_counter()
            report = shelf.ingest()
            seconds[number, edition] = time.perf_counter() - started
            assert (report.chunks, report.waiting) == (number, 0)
    for edition in ("first", "second"):
        assert seconds[4000, edition] < 2 * 8 * seconds[500, edition], seconds


def test_a_change_gets_its_vectors_where_another_article_has_had_more_versions(tmp_path: Path) -> None:
    changes = {"a.md": ["100", "200", "300"], "b.md": ["noon", "ten"]}
    settings = IngestSettings(data=tmp_path / "data", embedding=EmbeddingSettings(provider="hashing"))  # type: ignore[call-arg]
    index = open_index(settings, create=True)
    for name, said in changes.items():
        for one in said:
            (tmp_path / name).write_text(f"# {name}\n\nWhat holds is {one}.")
            (source,) = sources_of([tmp_path / name])
            Job(index, settings).record(source)
            assert Job(index, settings).catch_up().waiting == 0
    assert index.catalogue.serving("b") == 2
    index.catalogue.close()

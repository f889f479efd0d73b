"""Threads are told when an article that an answer there cites changes or goes."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingest.index import Catalogue, open_index
from ingest.job import Job, sources_of
from service.answer import Answer, Citation
from service.channels.slack.contracts import Ask
from service.channels.slack.process import new_name
from service.channels.slack.rows import Rows
from service.channels.slack.watched import Note, Watched
from service.identity import Identity
from service.identity.key_store import KeyStore
from service.settings import Settings
from tests.fakes.running_app import serving, settings_over
from tests.fakes.slack.people import MENTION
from tests.fakes.slack.server import FakeSlack, fake_slack
from tests.service.channels.slack.conftest import Desk, eventually, shown, slack_settings

pytestmark = pytest.mark.slow  # it waits for what takes its time

THINGS = {
    "heron": "lease",
    "otter": "ticket",
    "badger": "deposit",
    "marten": "licence",
    "lynx": "toll",
    "bison": "rent",
    "stork": "tariff",
    "adder": "premium",
    "raven": "stamp",
    "falcon": "bonus",
}


def says(thing: str, euros: int) -> str:
    return f"The {thing} {THINGS[thing]} is {euros} euros a year."


def question(thing: str) -> str:
    return f"How much is the {thing} {THINGS[thing]}?"


ARTICLES: list[dict[str, Any]] = [
    {"id": thing, "title": f"The {thing} rule", "text": says(thing, 10)} for thing in THINGS if thing != "falcon"
]
OTHERS = [{"id": "lunch", "title": "Lunch", "text": "Lunch is served at noon."}]


@dataclass
class Watching:
    """A desk whose threads are told, and whoever may change articles."""

    desk: Desk
    client: httpx.Client

    def puts(self, article_id: str, text: str, **more: Any) -> None:
        said = self.client.put(
            f"/v1/articles/{article_id}",
            json={"title": f"The {article_id} rule", "text": text, "groups": ["public"]} | more,
        )
        assert said.status_code in (200, 201), said.text

    def stock(self) -> None:
        """Put all articles there, so that they may be changed."""
        for article in ARTICLES:
            self.puts(article["id"], article["text"])
        self.puts("falcon", says("falcon", 10), groups=["hr"])

    def removes(self, article_id: str) -> None:
        assert self.client.delete(f"/v1/articles/{article_id}").status_code == 204

    def asks(self, thing: str, user: str | None = None, room: str | None = None, kind: str = "channel") -> Thread:
        user = user or self.desk.person()
        room = room or self.desk.room(user, kind=kind)
        ts = self.desk.slack.says(user, room, f"{MENTION} {question(thing)}")
        (answer,) = self.desk.answers(room, ts)
        assert f"{thing} {THINGS[thing]} is" in shown(answer)
        return Thread(self, room, ts)


@dataclass
class Thread:
    at: Watching
    room: str
    ts: str

    def notes(self, count: int) -> list[str]:
        """What it was told after the answer, once that is so much."""
        return [shown(m) for m in self.at.desk.answers(self.room, self.ts, count + 1)[1:]]

    def quiet(self, count: int) -> None:
        """It is told no more than so much."""
        self.at.desk.quiet(1.2)
        assert len(self.notes(count)) == count


@pytest.fixture(scope="module")
def watching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watching]:
    folder = tmp_path_factory.mktemp("stale")
    (folder / "people.json").write_text('{"ana@example.com": ["hr"], "eva@example.com": ["hr"]}')
    with ExitStack() as running:
        slack = running.enter_context(fake_slack())
        told = slack_settings(slack, stale=True, directory=folder / "people.json")
        settings = settings_over(folder, OTHERS, slack=told)
        url = running.enter_context(serving(settings))
        slack.delivery.addresses = [f"{url}/slack/events"]
        client = running.enter_context(httpx.Client(base_url=url, headers=editor(settings), timeout=20))
        made = Watching(Desk(slack, settings, url), client)
        made.stock()
        yield made
        assert slack.violations == []


def editor(settings: Settings) -> dict[str, str]:
    catalogue = Catalogue(settings.data)
    key = KeyStore(catalogue).create("editor", ("ask", "ingest", "admin"), ("public", "hr"))[1]
    catalogue.close()
    return {"Authorization": f"Bearer {key}"}


def test_each_change_is_told_once_and_that_it_is_gone(watching: Watching) -> None:
    thread = watching.asks("heron")
    watching.puts("heron", says("heron", 90))
    (first,) = thread.notes(1)
    assert "has changed: “The heron rule”" in first
    assert "90 euros" not in first  # what it says now is to be asked
    watching.puts("heron", says("heron", 95))
    assert "has changed" in thread.notes(2)[1]
    watching.removes("heron")
    assert "was withdrawn: “The heron rule”" in thread.notes(3)[2]
    thread.quiet(3)


def test_who_was_shared_an_answer_is_told_as_well(watching: Watching) -> None:
    desk = watching.desk
    user = desk.person()
    room = desk.room(user)
    desk.slack.commands(user, room, question("raven"))
    (answer,) = desk.whispers(user, "raven stamp is")
    desk.slack.presses(user, answer, "share")
    shared = eventually(lambda: [m for m in desk.slack.workspace.channels[room].messages.values() if m.get("bot_id")])
    watching.puts("raven", says("raven", 90))
    (note,) = Thread(watching, room, shared[0]["ts"]).notes(1)
    assert "has changed: “The raven rule”" in note


def test_what_says_the_same_has_not_changed(watching: Watching) -> None:
    thread = watching.asks("otter")
    watching.puts("otter", says("otter", 10), title="The otter rule", author="Somebody else")
    thread.quiet(0)


def test_answers_to_one_person_alone_are_not_followed_and_direct_ones_are(watching: Watching) -> None:
    user = watching.desk.person()
    direct = watching.asks("badger", user, watching.desk.slack.direct(user))
    room = watching.desk.room(user)
    watching.desk.slack.commands(user, room, question("badger"))
    watching.desk.whispers(user, "badger deposit is")
    watching.puts("badger", says("badger", 90))
    assert "has changed" in direct.notes(1)[0]
    assert not [m for m in watching.desk.slack.whispers(user) if "has changed" in shown(m)]
    assert watching.desk.slack.workspace.channels[room].messages == {}


def test_a_note_says_no_more_than_the_answer_did(watching: Watching) -> None:
    thread = watching.asks("marten")
    watching.puts("marten", "It is secret.", title="Project Basilisk", groups=["hr"])
    (note,) = thread.notes(1)
    assert "was withdrawn: “The marten rule”" in note
    assert "Basilisk" not in note


def test_who_came_since_is_not_told_of_what_they_may_not_read(watching: Watching) -> None:
    desk, ana, eva, cy = watching.desk, *(watching.desk.person(email=f"{n}@example.com") for n in ("ana", "eva", "cy"))
    among, alone = (desk.room(ana, eva, kind="group") for _ in range(2))
    told, kept = watching.asks("falcon", ana, alone), watching.asks("falcon", ana, among)
    desk.slack.joins(cy, among)
    desk.slack.settle()
    watching.puts("falcon", says("falcon", 9000), groups=["hr"])
    assert "The falcon rule" in told.notes(1)[0]
    kept.quiet(0)


def test_what_was_deleted_or_asked_anew_is_not_followed(watching: Watching) -> None:
    desk, user = watching.desk, watching.desk.person()
    room = desk.room(user)
    deleted, edited = watching.asks("lynx", user, room), watching.asks("lynx", user, room)
    desk.slack.deletes(room, deleted.ts)
    eventually(lambda: desk.slack.thread(room, deleted.ts) == [])
    desk.slack.edits(room, edited.ts, f"{MENTION} {question('bison')}")
    eventually(lambda: "bison rent is" in shown(desk.answers(room, edited.ts)[0]))
    desk.quiet(0.3)
    watching.puts("lynx", says("lynx", 90))
    edited.quiet(0)
    assert desk.slack.thread(room, deleted.ts) == []
    watching.puts("bison", says("bison", 90))
    assert "The bison rule" in edited.notes(1)[0]


def test_they_are_told_in_the_language_of_the_answer(watching: Watching) -> None:
    watching.puts("zh", "猎鹰费用是五十元。", title="猎鹰费用", groups=["public"])
    desk, user = watching.desk, watching.desk.person()
    room = desk.room(user)
    ts = desk.slack.says(user, room, f"{MENTION} 猎鹰费用是多少？")
    assert "五十元" in shown(desk.answers(room, ts)[0])
    watching.puts("zh", "猎鹰费用是六十元。", title="猎鹰费用", groups=["public"])
    assert "已有更新：“猎鹰费用”" in shown(desk.answers(room, ts, 2)[1])


def test_it_is_not_done_unless_it_is_asked_for(tmp_path: Path, slack: FakeSlack) -> None:
    settings = settings_over(tmp_path, OTHERS, slack=slack_settings(slack))
    with serving(settings) as url, httpx.Client(base_url=url, headers=editor(settings), timeout=20) as client:
        slack.delivery.addresses = [f"{url}/slack/events"]
        at = Watching(Desk(slack, settings, url), client)
        at.stock()
        thread = at.asks("stork")
        at.puts("stork", says("stork", 90))
        thread.quiet(0)


def test_what_changes_while_nobody_looks_is_told_later(tmp_path: Path, slack: FakeSlack) -> None:
    settings = settings_over(tmp_path, ARTICLES, slack=slack_settings(slack, stale=True))
    with serving(settings) as url, httpx.Client() as client:
        slack.delivery.addresses = [f"{url}/slack/events"]
        thread = Watching(Desk(slack, settings, url), client).asks("adder")
    changed = [a | {"text": says("adder", 90)} if a["id"] == "adder" else a for a in ARTICLES]
    (tmp_path / "articles.jsonl").write_text("".join(json.dumps(a) + "\n" for a in changed))
    index = open_index(settings)
    assert Job(index, settings).run(sources_of([tmp_path / "articles.jsonl"])).failed == []
    index.catalogue.close()
    with serving(settings):
        assert "has changed" in thread.notes(1)[0]
    with serving(settings):
        thread.quiet(1)


def answer(*cited: tuple[str, int]) -> Answer:
    citations = tuple(
        Citation(
            number, f"cit_{number}", article_id, version, f"The {article_id} rule", None, None, None, None, None,
            "", 0, 0, "",
        )
        for number, (article_id, version) in enumerate(cited, 1)
    )  # fmt: skip
    return Answer("ans_1", "con_1", "How much?", "How much?", "en", "answered", "extractive", "", citations=citations)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Settings]:
    yield settings_over(tmp_path, ARTICLES)


def rewrite(settings: Settings, *things: str) -> None:
    changed = [a | {"text": f"{a['text']} As of now."} if a["id"] in things else a for a in ARTICLES]
    ready = settings.data.parent / "articles.jsonl"
    ready.write_text("".join(json.dumps(a) + "\n" for a in changed))
    index = open_index(settings)
    assert Job(index, settings).run(sources_of([ready])).failed == []
    index.catalogue.close()


ASKED = Ask("mention", "How much?", "U1", "T0HOME", "C1", "1.5", "1.5")
READERS = Identity(("public",), "slack:U1")


def test_what_an_answer_cites_is_told_in_one_note(shelf: Settings) -> None:
    with closing(Catalogue(shelf.data)) as catalogue:
        watched = Watched(Rows(catalogue), 30)
        watched.watch(ASKED, READERS, answer(("raven", 1), ("stork", 1), ("lynx", 1)))
        rewrite(shelf, "raven", "lynx")
        assert (watched.find(), watched.find()) == (1, 0)
        note = watched.take()
        assert note is not None
        assert (note.channel, note.thread, note.user, note.groups) == ("C1", "1.5", "U1", ("public",))
        assert (note.changed, note.gone, note.again) == (("The lynx rule", "The raven rule"), (), False)
        assert watched.take() is None


def test_answers_that_are_too_old_are_left_as_they_are(shelf: Settings) -> None:
    with closing(Catalogue(shelf.data)) as catalogue:
        watched = Watched(Rows(catalogue), 30)
        watched.watch(ASKED, READERS, answer(("raven", 1)))
        other = Ask("mention", "How much?", "U1", "T0HOME", "C1", "2.5", "2.5")
        watched.watch(other, READERS, answer(("raven", 1)))
        long_ago = (datetime.now(UTC) - timedelta(days=30, minutes=1)).isoformat()
        write(shelf, "UPDATE slack_answered SET at = ? WHERE message = '1.5'", long_ago)
        rewrite(shelf, "raven")
        assert watched.find() == 1
        note = watched.take()
        assert note is not None and note.message == "2.5"
        assert read(shelf, "SELECT message FROM slack_answered") == [("2.5",)]
        assert read(shelf, "SELECT count(*) FROM slack_cited") == [(1,)]


def write(settings: Settings, statement: str, *values: Any) -> None:
    with closing(sqlite3.connect(settings.data / "catalogue.db")) as file, file:
        file.execute(statement, values)


def read(settings: Settings, query: str) -> list[Any]:
    with closing(sqlite3.connect(settings.data / "catalogue.db")) as file:
        return file.execute(query).fetchall()


TAKES = """
import sys, time
from pathlib import Path
from ingest.index import Catalogue
from service.channels.slack.rows import Rows
from service.channels.slack.process import new_name
from service.channels.slack.watched import Watched
note = Watched(Rows(Catalogue(Path(sys.argv[1]))), 30).take()
print(note.message if note else "nothing", flush=True)
time.sleep(60)
"""


def test_of_two_processes_one_tells_it_and_the_other_does_where_that_one_died(shelf: Settings) -> None:
    with closing(Catalogue(shelf.data)) as catalogue:
        watched = Watched(Rows(catalogue), 30)
        watched.watch(ASKED, READERS, answer(("raven", 1)))
        rewrite(shelf, "raven")
        assert watched.find() == 1
        first = subprocess.Popen([sys.executable, "-c", TAKES, str(shelf.data)], stdout=subprocess.PIPE, text=True)
        assert first.stdout is not None
        assert first.stdout.readline() == "1.5\n"
        assert watched.take() is None
        first.kill()
        first.communicate()
        note = watched.take()
        assert note is not None and note.again
        watched.done(note)
        assert watched.take() is None
        assert watched.find() == 0


@pytest.mark.parametrize("arrived", [True, False])
def test_after_a_crash_it_is_posted_only_where_it_was_not_there_yet(
    tmp_path: Path, slack: FakeSlack, arrived: bool
) -> None:
    settings = settings_over(tmp_path, OTHERS, slack=slack_settings(slack, stale=True))
    with serving(settings) as url, httpx.Client(base_url=url, headers=editor(settings), timeout=20) as client:
        slack.delivery.addresses = [f"{url}/slack/events"]
        at = Watching(Desk(slack, settings, url), client)
        at.stock()
        thread = at.asks("raven")
        at.puts("raven", says("raven", 90))
        said = thread.notes(1)
        eventually(lambda: read(settings, "SELECT count(*) FROM slack_notes") == [(0,)])
        row = read(settings, "SELECT number FROM slack_answered")[0][0]
    posted = slack.thread(thread.room, thread.ts)[-1]
    # As if the process had died right before it noted that the note is posted, or right before it posted it.
    number = int(posted["metadata"]["event_payload"]["note"])
    if not arrived:
        del slack.workspace.channels[thread.room].messages[posted["ts"]]
    dead = f"{new_name().split()[0]} 999999999 gone"
    values = (number, row, json.dumps(["The raven rule"]), "[]", dead, datetime.now(UTC).isoformat())
    write(settings, "INSERT INTO slack_notes VALUES (?, ?, ?, ?, ?, ?)", *values)
    with serving(settings):
        eventually(lambda: read(settings, "SELECT count(*) FROM slack_notes") == [(0,)])
        thread.quiet(1)
    assert thread.notes(1) == said
    assert (slack.thread(thread.room, thread.ts)[-1]["ts"] == posted["ts"]) is arrived


def test_a_note_is_taken_again_where_its_process_is_elsewhere_and_silent(shelf: Settings) -> None:
    with closing(Catalogue(shelf.data)) as catalogue:
        watched = Watched(Rows(catalogue), 30)
        watched.watch(ASKED, READERS, answer(("raven", 1)))
        rewrite(shelf, "raven")
        watched.find()
        for minutes, taken in ((4, False), (6, True)):
            at = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()
            write(shelf, "UPDATE slack_notes SET taken_by = 'elsewhere 1 x', taken_at = ?", at)
            note: Note | None = watched.take()
            assert (note is not None) is taken


def test_looking_where_nothing_has_changed_asks_slack_nothing(tmp_path: Path, slack: FakeSlack) -> None:
    settings = settings_over(tmp_path, ARTICLES, slack=slack_settings(slack, stale=True))
    with serving(settings):
        asyncio.run(asyncio.sleep(1.2))
    assert set(slack.counted) == {"auth.test"}  # whether it is let in

"""Answers given again: the same, to whoever may read the same, as long as nothing has changed."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest.index import Catalogue, Index, open_index
from ingest.job import Job
from service.answer import Answer, AnswerEvent, Completed, Delta, Question, Settled, Sources, Started
from service.answering.engine import AnswerEngine, build_engine
from service.audit.log import AuditLog
from service.conversations.store import Conversations
from service.forgetting import forget_person
from service.limits.spending import Spending
from tests.fakes.library import ARTICLES, Library
from tests.fakes.openai_server import Drops, FakeOpenAI, Refuses, Reply, Says, running

RETURNS = "What was the return rate of live orders?"
CITED = Says(["The return rate of live orders reached 31.4% in the first quarter [1]."])
BOARD = {"id": "board", "title": "Zeppelins", "text": "The board bought a zeppelin in May.", "groups": ["board"]}


@pytest.fixture(scope="module")
def model() -> Iterator[FakeOpenAI]:
    with running() as fake:
        yield fake


class Caching:
    """A library whose engine gives answers again, as that of a service does."""

    def __init__(self, data: Path, chat: str | None = None, **settings: Any) -> None:
        self.library = Library(data, chat=chat, **settings)
        self.library.ingest([*ARTICLES, BOARD])
        self.index: Index = open_index(self.library.settings)
        self.conversations = Conversations(self.index.catalogue)
        self.engine: AnswerEngine = build_engine(
            self.library.settings, self.index, conversations=self.conversations, caching=True
        )

    async def ask(self, text: str = RETURNS, groups: tuple[str, ...] = ("public",), **more: Any) -> Answer:
        return self.library.hold(await self.engine.answer(Question(text, groups, **more)))


@pytest.fixture
def caching(tmp_path: Path) -> Caching:
    return Caching(tmp_path)


def said(answer: Answer) -> object:
    """What an answer says, whoever it was made for."""
    citations = [replace(c, id="") for c in answer.citations]
    return answer.text, answer.outcome, answer.mode, answer.sentences, citations, answer.conflicts, answer.nearest


async def test_the_same_question_is_answered_with_the_same_under_ids_of_its_own(caching: Caching) -> None:
    first, again = await caching.ask(), await caching.ask()
    assert first.receipt.cached is None
    assert again.receipt.cached is not None
    assert said(again) == said(first)
    assert again.id != first.id
    assert again.conversation_id != first.conversation_id
    assert not {c.id for c in first.citations} & {c.id for c in again.citations}
    assert again.receipt.generation == first.receipt.generation
    assert (again.receipt.retrieved, again.receipt.tokens) == (first.receipt.retrieved, {})
    assert set(again.receipt.timings_ms) == {"cache"}
    caching.conversations.close()
    for answer in (first, again):  # each is kept as an answer of its own
        with caching.index.catalogue.reading() as connection:
            kept = connection.exec_driver_sql("SELECT count(*) FROM answers WHERE id = ?", (answer.id,)).scalar()
        assert kept == 1


async def test_a_hit_streams_the_events_of_the_first_time_but_for_provisional_text(
    model: FakeOpenAI, tmp_path: Path
) -> None:
    engine = Caching(tmp_path, chat=model.url).engine
    model.will(CITED)

    async def events() -> list[AnswerEvent]:
        return [e async for e in engine.stream(Question(RETURNS))]

    def plain(event: AnswerEvent) -> object:
        """Without what is new each time."""
        match event:
            case Started():
                return event.question, event.language
            case Settled():
                return event.sentence, [replace(c, id="") for c in event.citations]
            case Completed():
                return said(event.answer)
        return event

    first, again = await events(), await events()
    assert [plain(e) for e in again] == [plain(e) for e in first if not isinstance(e, Delta)]
    assert [type(e) for e in again] == [Started, Sources, Settled, Completed]
    *_, settled, completed = again
    assert isinstance(settled, Settled)
    assert isinstance(completed, Completed)
    assert settled.citations == completed.answer.citations
    assert len(model.requests) == 1
    assert completed.answer.receipt.tokens == {}
    assert completed.answer.receipt.model == "gpt-4o-mini"


def in_another_process(change: Callable[[Library], object], library: Library) -> None:
    """Have another process change the index, and wait until it has."""
    process = multiprocessing.get_context("spawn").Process(target=change, args=(library,))
    process.start()
    process.join(60)
    assert process.exitcode == 0


def change_cited(library: Library) -> None:
    live = {**ARTICLES[0], "text": str(ARTICLES[0]["text"]).replace("31.4%", "29.8%")}
    library.ingest([live, ARTICLES[1], BOARD])


def add_one(library: Library) -> None:
    library.ingest([{"id": "other", "title": "Other", "text": "Something else altogether.", "lang": "en"}], "more")


def remove_one(library: Library) -> None:
    assert not Job(library.index, library.settings).remove(["live"]).failed


def close_one(library: Library) -> None:
    library.ingest([{**ARTICLES[0], "groups": ["board"]}, ARTICLES[1], BOARD])


CHANGES = {"changed": change_cited, "added": add_one, "removed": remove_one, "closed": close_one}


@pytest.mark.parametrize("change", CHANGES)
async def test_an_answer_is_not_given_again_after_an_article_was(caching: Caching, change: str) -> None:
    first = await caching.ask()
    assert (await caching.ask()).receipt.cached
    CHANGES[change](caching.library)
    after = await caching.ask()
    assert after.receipt.cached is None
    assert said(after) == said(await build_engine(caching.library.settings, caching.index).answer(Question(RETURNS)))
    if change != "added":
        assert "31.4%" in first.text
        assert "31.4%" not in after.text
    assert caching.engine.cache is not None
    assert caching.engine.cache.counts.outdated == 1


async def test_nothing_is_given_again_after_somebody_was_forgotten(caching: Caching) -> None:
    await caching.ask(asker="key:ana")
    catalogue = Catalogue(caching.library.data)  # as another worker has it
    kept = Conversations(catalogue)
    forget_person(kept, AuditLog(catalogue), Spending(catalogue), "key:ana")
    for room in (kept, catalogue):
        room.close()
    assert (await caching.ask(asker="key:ben")).receipt.cached is None


async def test_what_another_process_changes_counts(caching: Caching) -> None:
    await caching.ask()
    await asyncio.to_thread(in_another_process, change_cited, caching.library)
    assert "29.8%" in (await caching.ask()).text


async def test_what_was_declined_is_answered_once_an_article_says_it(caching: Caching) -> None:
    question = "When does the canteen close on Fridays?"
    assert (await caching.ask(question)).outcome == "declined"
    assert (await caching.ask(question)).receipt.cached
    canteen = {"id": "canteen", "title": "Canteen", "text": "The canteen closes at 14:30 on Fridays.", "lang": "en"}
    caching.library.ingest([canteen], "canteen")
    assert "14:30" in (await caching.ask(question)).text


async def test_what_changes_while_an_answer_is_made_keeps_it_from_being_given_again(
    model: FakeOpenAI, tmp_path: Path
) -> None:
    caching = Caching(tmp_path, chat=model.url)
    model.will(CITED)
    async with aclosing(caching.engine.stream(Question(RETURNS))) as events:
        async for event in events:
            if isinstance(event, Sources):
                add_one(caching.library)
                await caching.ask("When does leave expire?")  # from here on what has changed is known
    assert (await caching.ask()).receipt.cached is None


ASKERS: dict[str, dict[str, Any]] = {
    "public": {},
    "board": {"groups": ("board",)},
    "both": {"groups": ("board", "public")},
    "nobody": {"groups": ()},
    "in Chinese": {"language": "zh"},
    "another day": {"asked_on": "2020-02-02"},
}


@pytest.mark.parametrize("asker", ASKERS)
async def test_nobody_is_given_what_was_made_for_others(caching: Caching, asker: str) -> None:
    question = "What did the board buy in May?"
    for other, asked in ASKERS.items():
        if other != asker:
            await caching.ask(question, **asked)
    answer = await caching.ask(question, **ASKERS[asker])
    assert answer.receipt.cached is None
    assert ("zeppelin" in answer.text) == (asker in ("board", "both"))
    again = await caching.ask(question, **ASKERS[asker])
    assert again.receipt.cached is not None
    assert said(again) == said(answer)


async def test_groups_are_the_same_in_any_order(caching: Caching) -> None:
    await caching.ask(groups=("public", "board", "public"))
    assert (await caching.ask(groups=("board", "public"))).receipt.cached


async def test_only_who_asked_first_is_told_the_id_of_the_answer_then(caching: Caching) -> None:
    first = await caching.ask(asker="key:ana")
    for asker, told in (("key:ana", first.id), ("key:ben", None), (None, None)):
        cached = (await caching.ask(asker=asker)).receipt.cached
        assert cached is not None
        assert cached.answer_id == told
    await caching.ask("Who reported on live streaming?")  # open to all: nobody was asked who they are
    cached = (await caching.ask("Who reported on live streaming?")).receipt.cached
    assert cached is not None
    assert cached.answer_id is None


@pytest.mark.parametrize(
    "reply", [Refuses(500), Drops(["The return rate"]), Says([""])], ids=lambda r: type(r).__name__
)
async def test_an_answer_that_fell_back_is_made_anew(model: FakeOpenAI, tmp_path: Path, reply: Reply) -> None:
    caching = Caching(tmp_path, chat=model.url)
    model.will(reply)
    assert (await caching.ask()).mode == "extractive"
    model.will(CITED)
    answer = await caching.ask()
    assert (answer.mode, answer.receipt.cached) == ("generative", None)
    assert (await caching.ask()).receipt.cached


async def test_a_follow_up_is_given_what_was_answered_to_the_question_that_it_stands_for(caching: Caching) -> None:
    leave, live = "How many days of annual leave do employees have?", RETURNS
    found = []
    for before in (leave, leave, live):
        first = await caching.ask(before)
        found.append(await caching.ask("When does it expire?", conversation_id=first.conversation_id))
    once, again, of_another = found
    assert once.standalone_question == again.standalone_question != again.question
    assert said(again) == said(once)
    assert (once.receipt.cached, of_another.receipt.cached) == (None, None)
    assert again.receipt.cached is not None
    assert again.conversation_id != once.conversation_id


async def test_the_same_in_other_words_is_given_the_same_under_its_own_question(caching: Caching) -> None:
    first = await caching.ask("What was the return rate of live orders?")
    again = await caching.ask("Could you tell me what the live orders' return rate was?")
    assert again.receipt.cached is not None
    assert again.question == "Could you tell me what the live orders' return rate was?"
    assert (again.standalone_question, again.text) == (again.question, first.text)
    for other in ("What was the growth rate of live orders?", "What is the return rate of live orders?"):
        assert (await caching.ask(other)).receipt.cached is None
    assert caching.engine.cache is not None
    assert (caching.engine.cache.counts.exact, caching.engine.cache.counts.near) == (0, 1)


async def test_what_was_declined_in_somebody_elses_words_is_declined_anew(caching: Caching) -> None:
    assert (await caching.ask("What does the zeppelin cost?")).outcome == "declined"
    assert (await caching.ask("How much does the zeppelin cost?")).receipt.cached is None
    assert (await caching.ask("How much does the zeppelin cost?")).receipt.cached


async def test_thanks_are_not_kept(caching: Caching) -> None:
    await caching.ask("Thank you!")
    assert (await caching.ask("Thank you!")).receipt.cached is None
    assert caching.engine.cache is not None
    assert len(caching.engine.cache) == 0


async def test_the_oldest_make_room(tmp_path: Path) -> None:
    caching = Caching(tmp_path, cache={"size": 2})
    cache = caching.engine.cache
    assert cache is not None
    questions = [RETURNS, "Who reported on live streaming?", "When does leave expire?"]
    for question in questions:
        await caching.ask(question)
    assert (len(cache), cache.counts.evicted) == (2, 1)
    assert (await caching.ask(questions[2])).receipt.cached
    assert (await caching.ask(questions[0])).receipt.cached is None
    assert (cache.counts.exact, cache.counts.misses, cache.counts.expired) == (1, 4, 0)


async def test_what_is_old_is_made_anew(tmp_path: Path) -> None:
    caching = Caching(tmp_path, cache={"seconds": 0.2})
    cache = caching.engine.cache
    assert cache is not None
    await caching.ask(RETURNS)
    await asyncio.sleep(0.3)
    assert (await caching.ask(RETURNS)).receipt.cached is None
    assert (cache.counts.exact, cache.counts.misses, cache.counts.expired) == (0, 2, 1)


async def test_of_several_who_ask_at_once_one_has_the_answer_made(model: FakeOpenAI, tmp_path: Path) -> None:
    caching = Caching(tmp_path, chat=model.url)
    model.requests.clear()
    model.will(Says(list(CITED.pieces), pause=0.2))
    answers = await asyncio.gather(*(caching.ask() for _ in range(5)))
    assert len(model.requests) == 1
    assert [a.receipt.cached is None for a in answers].count(True) == 1
    assert len({a.id for a in answers}) == 5


async def test_who_waits_goes_on_alone_where_the_first_leaves(model: FakeOpenAI, tmp_path: Path) -> None:
    caching = Caching(tmp_path, chat=model.url)
    model.will(Says(list(CITED.pieces), pause=0.3))
    leaving = caching.engine.stream(Question(RETURNS))
    assert isinstance(await anext(leaving), Started)
    assert isinstance(await anext(leaving), Sources)
    second = asyncio.create_task(caching.ask())
    await asyncio.sleep(0.1)
    assert not second.done()
    await leaving.aclose()
    assert (await asyncio.wait_for(second, 5)).receipt.cached is None


async def test_it_can_be_turned_off_and_is_off_where_nobody_turned_it_on(tmp_path: Path) -> None:
    off = Caching(tmp_path, cache={"enabled": False})
    assert off.engine.cache is None
    assert off.library.engine.cache is None
    await off.ask()
    assert (await off.ask()).receipt.cached is None


async def test_to_answer_again_what_was_answered_makes_it_anew(caching: Caching) -> None:
    answer = await caching.ask()
    again = await caching.engine.again(Question(RETURNS), answer)
    assert again.receipt.cached is None
    assert "search" in again.receipt.timings_ms

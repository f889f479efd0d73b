"""What Slack shows of the events of an answer: in a thread as it is made, to one person once it is whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from ingest.index import open_index
from service.answer import Answer, AnswerEvent, Completed, Delta, Failed, Started
from service.channels.slack.client import PacedClient
from service.channels.slack.contracts import Ask
from service.channels.slack.showing import SlackShowing, build_showing
from service.conversations.store import open_conversations
from service.settings import Settings
from tests.fakes.running_app import settings_over
from tests.fakes.slack.server import BOT_TOKEN, FakeSlack
from tests.fakes.slack.workspace import TEAM, ResponseUrl
from tests.service.channels.conftest import ARTICLES
from tests.service.channels.slack.answers import BASE, answered, cited, sentence, settled
from tests.service.channels.slack.conftest import eventually, shown
from tests.service.channels.slack.test_reply import Noted

ONE, TWO = sentence("Leave is 20 weeks.", 1), sentence("It is paid.", 2)
CITED = [cited(1), cited(2, "It is paid.")]
WHOLE = answered([ONE, TWO], CITED)
STARTED = Started("ans_1", "con_1", "How long is leave?", "en")
EVENTS: list[AnswerEvent] = [STARTED, Delta("Leave is mayb"), *settled(ONE, TWO, citations=CITED), Completed(WHOLE)]
LEAVE = "How long is leave?"


@dataclass
class Stage:
    """A bot that shows what a test tells it, in a workspace with one person and one channel."""

    slack: FakeSlack
    showing: Any
    noted: Noted

    def ask(self, kind: Any = "mention", text: str = LEAVE, **more: Any) -> Ask:
        channel = self.slack.direct("U1") if kind in ("direct", "assistant") else "C1"
        if kind in ("command", "shortcut"):
            url = self.slack.workspace.number("R")
            self.slack.workspace.response_urls[url] = ResponseUrl(channel, "U1", float("inf"))
            return Ask(kind, text, "U1", TEAM, channel, response_url=f"{self.slack.url}/commands/{url}", **more)
        ts = self.slack.says("U1", channel, text)
        return Ask(kind, text, "U1", TEAM, channel, ts, ts, **more)

    async def show(self, ask: Ask, *events: AnswerEvent | Exception) -> Answer | None:
        answer: Answer | None = await self.showing.show(ask, told(*(events or EVENTS)), self.noted)
        return answer

    def thread(self, ask: Ask) -> list[dict[str, Any]]:
        return self.slack.thread(ask.channel, ask.thread or "")


async def told(*events: AnswerEvent | Exception) -> AsyncGenerator[AnswerEvent, None]:
    for event in events:
        if isinstance(event, Exception):
            raise event
        yield event


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_over(tmp_path_factory.mktemp("shown"), ARTICLES, public_url=BASE, auth={"required": True})


@pytest.fixture
async def stage(slack: FakeSlack, settings: Settings) -> AsyncIterator[Stage]:
    slack.user("U1")
    slack.channel("C1", "U1")
    index = open_index(settings)
    conversations = open_conversations(index.catalogue, settings.keep)
    client = PacedClient(BOT_TOKEN, base_url=slack.api)
    running: Any = SimpleNamespace(settings=settings, index=index, conversations=conversations)
    yield Stage(slack, build_showing(client, running), Noted())
    if client.session is not None:
        await client.session.close()
    conversations.close()
    index.catalogue.close()


async def test_only_settled_sentences_are_shown(stage: Stage) -> None:
    ask = stage.ask()
    assert await stage.show(ask) == WHOLE
    (message,) = stage.thread(ask)
    assert "mayb" not in shown(message)
    assert message["text"].startswith("Leave is 20 weeks. [[1](")
    assert stage.slack.workspace.streaming == set()


async def test_what_is_slow_is_shown_while_more_is_waited_for(stage: Stage) -> None:
    go_on, ask = asyncio.Event(), stage.ask()

    async def slowly() -> AsyncGenerator[AnswerEvent, None]:
        first, second = settled(ONE, TWO, citations=CITED)
        yield first
        yield second
        await go_on.wait()
        yield Completed(WHOLE)

    showing = asyncio.create_task(stage.showing.show(ask, slowly(), stage.noted))
    await asyncio.to_thread(eventually, lambda: any("It is paid." in shown(m) for m in stage.thread(ask)))
    assert stage.slack.counted["chat.stopStream"] == 0
    go_on.set()
    assert await showing == WHOLE


@pytest.mark.parametrize(("text", "status"), [(LEAVE, "is searching"), ("年假有多少天？", "正在检索")])
async def test_that_a_question_was_seen_is_shown_at_once_and_ends_with_the_answer(
    stage: Stage, text: str, status: str
) -> None:
    ask = stage.ask(text=text)
    await stage.showing.waiting(ask)
    (_, thread, said) = stage.slack.workspace.statuses[-1]
    assert (thread, said[: len(status)]) == (ask.thread, status)
    await stage.show(ask)
    assert stage.slack.workspace.statuses[-1] == ("C1", ask.thread, "")


async def test_an_answer_waits_for_what_says_that_it_is_waited_for(stage: Stage) -> None:
    """The other way round, it would look as if it were still being searched."""
    ask = stage.ask()
    stage.slack.slow["assistant.threads.setStatus"] = 0.5
    waiting = asyncio.create_task(stage.showing.waiting(ask))
    await asyncio.sleep(0.05)
    await stage.show(ask)
    await waiting
    assert stage.slack.workspace.statuses[-1][2] == ""


async def test_the_assistants_thread_is_named_after_its_first_question(stage: Stage, slack: FakeSlack) -> None:
    thread = await asyncio.to_thread(slack.opens_assistant, "U1")
    for text in (f"{LEAVE} {'x' * 100}", "And what else?"):
        await stage.showing.waiting(Ask("assistant", text, "U1", TEAM, slack.direct("U1"), "9.9", thread))
    title = slack.workspace.titles[slack.direct("U1"), thread]
    assert title.startswith(LEAVE)
    assert len(title) <= 60


async def test_what_slack_refuses_of_that_is_no_matter(stage: Stage) -> None:
    stage.slack.faults["assistant.threads.setStatus"].append("missing_scope")
    await stage.showing.waiting(stage.ask())
    stage.slack.faults["assistant.threads.setStatus"].append(500)
    await stage.showing.waiting(stage.ask())
    stage.slack.faults["response_url"].append(500)
    stage.slack.faults["chat.postEphemeral"].append("user_not_in_channel")
    await stage.showing.waiting(stage.ask("command"))
    assert stage.slack.workspace.statuses == []


async def test_the_assistants_pane_suggests_what_public_articles_answer(stage: Stage, slack: FakeSlack) -> None:
    thread = await asyncio.to_thread(slack.opens_assistant, "U1")
    await stage.showing.welcome(slack.direct("U1"), thread, "zh-CN")
    prompts = slack.workspace.prompts[slack.direct("U1"), thread]
    assert 1 <= len(prompts) <= 4
    assert all("讲了什么" in one["message"] for one in prompts)
    assert "Minutes" not in str(prompts)


async def test_an_agent_suggests_above_its_messages(stage: Stage, slack: FakeSlack) -> None:
    await stage.showing.welcome(slack.direct("U1"), None, None)
    assert "thread_ts" not in dict(slack.workspace.calls)["assistant.threads.setSuggestedPrompts"]
    prompts = [one["message"] for one in slack.workspace.prompts[slack.direct("U1"), ""]]
    assert prompts == ["What does “Annual leave” say?", "《出差报销须知》讲了什么？", "What does “Memo 0” say?"]


@pytest.mark.parametrize("kind", ["command", "shortcut"])
async def test_one_person_alone_sees_that_it_is_searched_then_the_answer(stage: Stage, kind: str) -> None:
    ask = stage.ask(kind, "How long is *leave* <!channel>?")
    await stage.showing.waiting(ask)
    assert await stage.show(ask) == WHOLE
    seen, answer = stage.slack.whispers("U1")
    assert "Searching the articles for “How long is *leave* <!channel>?”" in str(seen["blocks"])
    assert "<" not in seen["text"]
    assert "Leave is 20 weeks. [1]" in answer["text"]
    assert [b["type"] for b in answer["blocks"]] == ["rich_text", "rich_text", "context_actions", "actions"]
    assert answer["blocks"][-1]["elements"][0]["value"] == "ans_1:en"
    assert stage.noted.now == []
    assert "chat.postMessage" not in dict(stage.slack.workspace.calls)


async def test_where_slacks_address_has_expired_one_person_alone_sees_it_all_the_same(stage: Stage) -> None:
    ask = stage.ask("command")
    stage.slack.faults["response_url"].append(404)
    await stage.show(ask)
    (answer,) = stage.slack.whispers("U1")
    assert "Leave is 20 weeks. [1]" in answer["text"]
    assert stage.slack.counted["chat.postEphemeral"] == 1


async def test_what_is_too_long_for_one_person_alone_says_so(stage: Stage) -> None:
    ask = stage.ask("command")
    many = [sentence(f"Sentence {n} is {'rather ' * 100}long.", 1) for n in range(100)]
    await stage.showing.waiting(ask)
    await stage.show(ask, Completed(answered(many, CITED)))
    told_ = stage.slack.whispers("U1")
    assert len(told_) == 5
    assert "ask for one thing at a time" in str(told_[-1]["blocks"])
    assert told_[-1]["blocks"][-1]["elements"][0]["action_id"] == "share"


@pytest.mark.parametrize(("kind", "shares"), [("command", True), ("mention", False), ("direct", False)])
async def test_only_what_one_person_sees_can_be_shared(stage: Stage, kind: str, shares: bool) -> None:
    await stage.show(stage.ask(kind))
    everything = str([m for c in stage.slack.workspace.channels.values() for m in c.messages.values()])
    everything += str(stage.slack.whispers("U1"))
    assert ("'share'" in everything) is shares
    assert "'feedback'" in everything


async def test_a_refusal_cannot_be_shared_and_a_greeting_not_be_judged(stage: Stage) -> None:
    refusal = answered([], outcome="declined", text="The articles do not answer this.")
    await stage.show(stage.ask("command"), Completed(refusal))
    assert "'share'" not in str(stage.slack.whispers("U1"))
    ask = stage.ask(text="Thanks!")
    await stage.show(ask, Completed(answered([], outcome="declined", text="You are welcome.", question="Thanks!")))
    assert [b["type"] for b in stage.thread(ask)[0]["blocks"]] == ["rich_text"]


BEGUN = [STARTED, *settled(ONE, citations=CITED)]


@pytest.mark.parametrize("kind", ["mention", "direct", "command"])
@pytest.mark.parametrize("begun", [[], [STARTED], BEGUN])
@pytest.mark.parametrize(
    "end", [Failed("t", "secret of the service", 503), Failed("t", "x", 500), ValueError("secret"), None]
)
async def test_every_failure_ends_in_a_sentence_and_a_button(
    stage: Stage, kind: str, begun: list[AnswerEvent], end: Any
) -> None:
    ask = stage.ask(kind)
    events = [*begun, *([end] if end is not None else [])]
    assert await stage.showing.show(ask, told(*events), stage.noted) is None
    said = stage.slack.whispers("U1") if ask.ephemeral else stage.thread(ask)
    assert len(said) == 1
    assert "secret" not in str(said)
    expected = "broke off" if begun is BEGUN and not ask.ephemeral else "Try again"
    assert expected in shown(said[0])
    assert said[0]["blocks"][-1]["elements"][0]["action_id"] == "try_again"
    assert stage.slack.workspace.streaming == set()


async def test_what_the_asker_can_mend_is_told_in_its_own_words(stage: Stage) -> None:
    ask = stage.ask()
    await stage.show(ask, Failed("t", "The question has 9 characters; at most 5 are read. Shorten it.", 422))
    assert "Shorten it." in shown(stage.thread(ask)[0])


async def test_a_failure_is_said_in_the_language_of_the_question(stage: Stage) -> None:
    ask = stage.ask(text="年假有多少天？")
    await stage.show(ask, Failed("t", "x", 503))
    assert "现在无法检索文章" in shown(stage.thread(ask)[0])
    ask = stage.ask("command", "???", language="zh-CN")
    await stage.showing.failed(ask, "出错了。", stage.noted, again=False)
    assert "action_id" not in str(stage.slack.whispers("U1"))


async def test_what_was_answered_is_taken_back(stage: Stage) -> None:
    ask = stage.ask()
    await stage.show(ask)
    stage.noted.messages = tuple(stage.noted.now)
    await stage.showing.withdraw(ask, stage.noted)
    assert stage.thread(ask) == []
    assert stage.noted.now == []
    assert stage.slack.workspace.statuses[-1] == ("C1", ask.thread, "")
    stage.noted.messages, stage.noted.now = ("1.1",), ["1.1"]
    await stage.showing.withdraw(ask, stage.noted)
    assert stage.noted.now == []


async def test_where_nothing_is_said_nothing_looks_as_if_it_were_still_searched(stage: Stage) -> None:
    ask = stage.ask()
    await stage.showing.waiting(ask)
    stage.slack.faults["assistant.threads.setStatus"].append("thread_not_found")
    await stage.showing.withdraw(ask, stage.noted)
    await stage.showing.withdraw(ask, stage.noted)
    assert stage.slack.workspace.statuses[-1] == ("C1", ask.thread, "")


async def test_a_model_that_is_stopped_is_closed(stage: Stage) -> None:
    closed = []

    async def forever() -> AsyncGenerator[AnswerEvent, None]:
        try:
            yield STARTED
            await asyncio.sleep(60)
        finally:
            closed.append(True)

    showing = asyncio.create_task(stage.showing.show(stage.ask(), forever(), stage.noted))
    await asyncio.sleep(0.1)
    showing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await showing
    assert closed == [True]


def test_it_is_what_the_bot_is_built_with() -> None:
    running: Any = SimpleNamespace(settings=SimpleNamespace(public_url=None))
    assert isinstance(build_showing(PacedClient("x"), running), SlackShowing)

"""One answer's messages over the wire: streamed, changed, or said at once, and whole in the end whatever Slack does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from service.answer import Sentence
from service.channels.slack import controls
from service.channels.slack.blocks import Rendering
from service.channels.slack.client import PacedClient
from service.channels.slack.contracts import Ask, Superseded
from service.channels.slack.pacing import Pace, Paces
from service.channels.slack.reply import MOST_STREAMED, Reply
from tests.fakes.slack.server import BOT_TOKEN, FakeSlack
from tests.fakes.slack.workspace import TEAM
from tests.service.channels.slack.answers import BASE, answered, cited, sentence, settled
from tests.service.channels.slack.conftest import shown

ONE = sentence("Leave is 20 weeks.", 1)
TWO = sentence("It is *paid* <!channel>.", 2)
THREE = sentence("Ask your manager.", 1)
CITED = [cited(1), cited(2, "It is *paid* <!channel>.", "Pay & <@U1>")]
WHOLE = answered([ONE, TWO, THREE], CITED)
BUTTONS = controls.below("ans_1", "en")


@dataclass
class Noted:
    """What is kept of the messages."""

    number: int = 7
    messages: tuple[str, ...] = ()
    now: list[str] = field(default_factory=list)
    superseded: bool = False

    async def posted(self, ts: str) -> None:
        self.now.append(ts)
        if self.superseded:
            raise Superseded

    async def removed(self, ts: str) -> None:
        self.now.remove(ts)


@dataclass
class Thread:
    """Somebody's question in a channel, and the bot's client."""

    slack: FakeSlack
    client: PacedClient
    ask: Ask
    noted: Noted = field(default_factory=Noted)
    paces: Paces = field(default_factory=lambda: Paces(every=0))

    def reply(self) -> Reply:
        return Reply(self.client, self.ask, self.noted, Rendering(BASE), self.paces, "en")

    async def show(self, *sentences: Sentence, whole: Any = WHOLE) -> Reply:
        reply = self.reply()
        for event in settled(*sentences, citations=CITED):
            await reply.add(event)
        await reply.finish(whole, BUTTONS)
        return reply

    @property
    def messages(self) -> list[dict[str, Any]]:
        assert self.ask.thread is not None
        return self.slack.thread(self.ask.channel, self.ask.thread)

    @property
    def calls(self) -> list[str]:
        return [name.removeprefix("chat.") for name, _ in self.slack.workspace.calls]

    def whole(self) -> None:
        """Everything of the answer is there once, with buttons, and nothing streams any more."""
        told = " ".join(shown(m) for m in self.messages)
        for one in ("Leave is 20 weeks.", "Ask your manager.", "Sources", "Pay & <@U1>"):
            assert one in told
        assert "begun" not in told
        actions = [b for m in self.messages for b in m.get("blocks", []) if b["type"] == "context_actions"]
        assert len(actions) == 1
        assert self.slack.workspace.streaming == set()
        assert sorted(self.noted.now) == sorted(m["ts"] for m in self.messages)


@pytest.fixture
async def thread(slack: FakeSlack) -> AsyncIterator[Thread]:
    slack.user("U1")
    slack.channel("C1", "U1")
    ts = slack.says("U1", "C1", "How long is leave?")
    client = PacedClient(BOT_TOKEN, base_url=slack.api)
    yield Thread(slack, client, Ask("mention", "How long is leave?", "U1", TEAM, "C1", ts, ts))
    if client.session is not None:
        await client.session.close()


async def test_sentences_are_streamed_as_they_settle_and_blocks_come_with_the_end(thread: Thread) -> None:
    await thread.show(ONE, TWO)
    assert thread.calls == ["startStream", "appendStream", "stopStream"]
    (message,) = thread.messages
    first = f"[[1]({BASE}/articles/article-1?version=1&start=0&end=18#quote)]"
    assert message["text"].startswith(f"Leave is 20 weeks. {first} It is \\*paid\\* &lt;!channel&gt;. [[2](")
    assert message["text"].endswith(f" Ask your manager. {first}")
    assert [b["type"] for b in message["blocks"]] == ["rich_text", "context_actions"]
    thread.whole()


async def test_nothing_is_sent_of_an_answer_before_it_is_settled(thread: Thread) -> None:
    reply = thread.reply()
    await reply.tick()
    assert thread.calls == []
    await reply.finish(WHOLE, BUTTONS)
    assert thread.calls == ["postMessage"]
    thread.whole()


async def test_pieces_wait_for_their_time(thread: Thread) -> None:
    thread.paces = Paces(every=60)
    await thread.show(ONE, TWO)
    assert thread.calls == ["startStream", "stopStream"]
    thread.whole()


async def test_a_stream_in_a_direct_conversation_names_no_recipient(thread: Thread, slack: FakeSlack) -> None:
    direct = slack.direct("U1")
    ts = slack.says("U1", direct, "How long is leave?")
    thread.ask = Ask("direct", "How long is leave?", "U1", TEAM, direct, ts, ts)
    await thread.show(ONE)
    assert "recipient_user_id" not in dict(slack.workspace.calls)["chat.startStream"]
    thread.whole()


async def test_where_streams_are_refused_one_message_grows(thread: Thread, slack: FakeSlack) -> None:
    slack.faults["chat.startStream"].append("channel_type_not_supported")
    await thread.show(ONE, TWO)
    assert thread.calls == ["startStream", "postMessage", "update", "update"]
    thread.whole()
    await thread.show(ONE)
    assert thread.calls[4:] == ["postMessage", "update"], "it is not asked for a stream again"


async def test_a_growing_message_says_that_it_grows(thread: Thread, slack: FakeSlack) -> None:
    slack.faults["chat.startStream"].append("unknown_method")
    reply = thread.reply()
    await reply.add(settled(ONE, citations=CITED)[0])
    (message,) = thread.messages
    assert shown(message).split("  ")[0].rstrip().endswith("…") or "…" in shown(message)
    await reply.finish(WHOLE, BUTTONS)
    thread.whole()


async def test_where_messages_cannot_be_changed_either_it_is_said_at_once(thread: Thread, slack: FakeSlack) -> None:
    slack.faults["chat.startStream"].append("channel_type_not_supported")
    slack.faults["chat.update"].extend(["edit_window_closed", "cant_update_message"])
    await thread.show(ONE, TWO)
    thread.whole()
    assert len(thread.messages) == 1


async def test_a_stream_that_slack_ended_by_itself_is_completed(thread: Thread, slack: FakeSlack) -> None:
    reply = thread.reply()
    events = settled(ONE, TWO, citations=CITED)
    await reply.add(events[0])
    slack.workspace.streaming.clear()
    await reply.add(events[1])
    await reply.finish(WHOLE, BUTTONS)
    assert thread.calls == ["startStream", "appendStream", "update"]
    thread.whole()


async def test_a_stream_that_ended_before_its_end_is_completed(thread: Thread, slack: FakeSlack) -> None:
    reply = thread.reply()
    await reply.add(settled(ONE, citations=CITED)[0])
    slack.workspace.streaming.clear()
    await reply.finish(WHOLE, BUTTONS)
    assert thread.calls == ["startStream", "stopStream", "update"]
    thread.whole()


@pytest.mark.parametrize("fault", ["internal_error", "msg_too_long"])
async def test_a_piece_that_slack_does_not_take_is_said_another_way(thread: Thread, fault: str) -> None:
    thread.slack.faults["chat.appendStream"].append(fault)
    await thread.show(ONE, TWO)
    assert len(thread.messages) == 1
    thread.whole()


async def test_blocks_that_slack_does_not_take_are_said_as_text(thread: Thread, slack: FakeSlack) -> None:
    slack.faults["chat.stopStream"].append("invalid_blocks")
    slack.faults["chat.update"].append("invalid_blocks")
    slack.faults["chat.postMessage"].append("invalid_blocks")
    await thread.show(ONE)
    (message,) = thread.messages
    assert "blocks" not in message
    for words in ("Leave is 20 weeks. [1]", "It is *paid* &lt;!channel&gt;. [2]", "Sources", "Pay &amp; &lt;@"):
        assert words in message["text"].replace("\u200b", "")
    assert slack.workspace.streaming == set()


async def test_what_a_model_took_back_is_replaced(thread: Thread) -> None:
    """A model broke off, and the answer was made anew: what stands there is not what was settled."""
    begun = sentence("This was begun and thrown away.", 1)
    await thread.show(begun, TWO)
    assert "thrown away" not in " ".join(map(shown, thread.messages))
    assert len(thread.messages) == 1
    thread.whole()


async def test_an_error_in_the_middle_ends_in_a_sentence_and_a_button(thread: Thread) -> None:
    reply = thread.reply()
    for event in settled(ONE, TWO, citations=CITED):
        await reply.add(event)
    await reply.fail("It broke off *here*.", [controls.again(7, "en")])
    (message,) = thread.messages
    assert message["text"].endswith("#quote)]\n\nIt broke off \\*here\\*.")
    assert message["blocks"][-1]["elements"][0]["value"] == "7"
    assert thread.slack.workspace.streaming == set()


@pytest.mark.parametrize("fault", ["message_not_in_streaming_state", "internal_error"])
async def test_an_error_is_said_even_where_the_stream_cannot_be_ended(thread: Thread, fault: str) -> None:
    reply = thread.reply()
    await reply.add(settled(ONE, citations=CITED)[0])
    thread.slack.faults["chat.stopStream"].append(fault)
    if fault == "message_not_in_streaming_state":
        thread.slack.workspace.streaming.clear()
    await reply.fail("It broke off.", [controls.again(7, "en")])
    told = " ".join(map(shown, thread.messages))
    assert "Leave is 20 weeks." in told
    assert "It broke off." in told
    assert thread.slack.workspace.streaming == set()


async def test_an_error_before_anything_is_one_message(thread: Thread) -> None:
    await thread.reply().fail("There are no articles.", [])
    assert thread.calls == ["postMessage"]
    assert thread.messages[0]["text"] == "There are no articles."


async def test_what_an_attempt_left_behind_is_replaced_and_the_rest_deleted(thread: Thread, slack: FakeSlack) -> None:
    made = [
        await thread.client.chat_startStream(
            channel="C1", thread_ts=thread.ask.thread, markdown_text="begun", recipient_user_id="U1",
            recipient_team_id=TEAM,
        )
        for _ in range(2)
    ]  # fmt: skip
    first, second = (str(m["ts"]) for m in made)
    await thread.client.chat_stopStream(channel="C1", ts=first)
    slack.workspace.calls.clear()
    thread.noted = Noted(messages=(first, second), now=[first, second])
    await thread.show(ONE, TWO)
    assert [m["ts"] for m in thread.messages] == [first]
    assert "startStream" not in thread.calls
    thread.whole()


async def test_what_is_left_streaming_is_ended_before_it_is_changed(thread: Thread, slack: FakeSlack) -> None:
    left = await thread.client.chat_startStream(
        channel="C1", thread_ts=thread.ask.thread, markdown_text="begun", recipient_user_id="U1", recipient_team_id=TEAM
    )
    thread.noted = Noted(messages=(str(left["ts"]),), now=[str(left["ts"])])
    await thread.show(ONE)
    assert [m["ts"] for m in thread.messages] == [left["ts"]]
    thread.whole()


async def test_what_is_left_streaming_is_ended_before_it_is_deleted(thread: Thread, slack: FakeSlack) -> None:
    left = await thread.client.chat_startStream(
        channel="C1", thread_ts=thread.ask.thread, markdown_text="begun", recipient_user_id="U1", recipient_team_id=TEAM
    )
    thread.noted = Noted(messages=(str(left["ts"]),), now=[str(left["ts"])])
    slack.faults["chat.delete"].append("streaming_state_conflict")
    await thread.reply().remove(str(left["ts"]))
    assert thread.calls == ["startStream", "delete", "stopStream", "delete"]
    assert thread.messages == []
    assert thread.noted.now == []


async def test_a_message_that_somebody_deleted_is_said_anew(thread: Thread, slack: FakeSlack) -> None:
    thread.noted = Noted(messages=("1.000001",), now=["1.000001"])
    await thread.show(ONE)
    assert len(thread.messages) == 1
    thread.whole()


async def test_a_long_answer_goes_on_in_further_messages(thread: Thread) -> None:
    many = [sentence(f"Sentence {n} is {'rather ' * 60}long.", 1) for n in range(40)]
    await thread.show(*many, THREE, whole=answered([*many, THREE], CITED))
    told = [str(m.get("blocks", "")) if i else shown(m) for i, m in enumerate(thread.messages)]
    assert len(told) > 2
    assert len(thread.messages[0]["text"].encode()) <= MOST_STREAMED
    places = [next(i for i, text in enumerate(told) if f"Sentence {n} is" in text) for n in range(40)]
    assert places == sorted(places)
    assert all(sum(f"Sentence {n} is" in text for text in told) == 1 for n in range(40))
    assert all(m["thread_ts"] == thread.ask.thread for m in thread.messages)
    assert "Ask your manager." in told[-1] or "Ask your manager." in told[-2]
    assert thread.slack.workspace.streaming == set()


async def test_a_long_answer_is_as_long_at_once(thread: Thread) -> None:
    thread.paces.start = Pace(1, 0)
    many = [sentence(f"第{n}句" + "很长" * 200 + "。", 1) for n in range(40)]
    await thread.show(*many, whole=answered(many, CITED, language="zh"))
    assert set(thread.calls) == {"postMessage"}
    told = [str(m["blocks"]) for m in thread.messages]
    assert all(sum(f"第{n}句" in text for text in told) == 1 for n in range(40))


async def test_where_too_many_streams_were_begun_it_is_said_at_once(thread: Thread) -> None:
    thread.paces.start = Pace(per_minute=20, burst=1)
    await thread.show(ONE)
    await thread.show(ONE)
    assert thread.calls == ["startStream", "stopStream", "postMessage"]


async def test_pieces_that_would_be_too_many_wait_for_the_end(thread: Thread) -> None:
    thread.paces.append = Pace(per_minute=1, burst=1)
    await thread.show(ONE, TWO, THREE)
    assert thread.calls == ["startStream", "appendStream", "stopStream"]
    thread.whole()


async def test_slacks_retry_after_is_waited_for(thread: Thread, slack: FakeSlack) -> None:
    slack.limits["chat.stopStream"] = 1
    for _ in range(2):
        await thread.show(ONE)
    assert slack.counted["chat.stopStream"] == 3
    assert slack.workspace.streaming == set()


@pytest.mark.parametrize("fault", ["not_in_channel", "is_archived", "token_revoked"])
async def test_what_no_other_way_helps_against_comes_through(thread: Thread, fault: str) -> None:
    thread.slack.faults["chat.startStream"].append(fault)
    with pytest.raises(SlackApiError):
        await thread.show(ONE)
    assert thread.calls == ["startStream"]


async def test_an_answer_that_is_somebody_elses_now_is_left_at_once(thread: Thread) -> None:
    thread.noted.superseded = True
    with pytest.raises(Superseded):
        await thread.show(ONE, TWO)
    assert thread.calls == ["startStream"]


async def test_outside_of_a_thread_one_message_grows(thread: Thread) -> None:
    thread.ask = Ask("direct", "How long is leave?", "U1", TEAM, thread.slack.direct("U1"))
    await thread.show(ONE, TWO)
    assert thread.calls == ["postMessage", "update", "update"]
    (message,) = thread.slack.workspace.channels[thread.ask.channel].messages.values()
    assert "thread_ts" not in message
    assert "Ask your manager." in shown(message)
